/** What must not be. */
export class Broken extends Error {}

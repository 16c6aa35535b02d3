/** The way to what waits on a phone: of a payment and of a phone that is added. */
export const phoneLinksWords = {
  approveHere: 'Approve here',
}

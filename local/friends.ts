/**
 * Payees to try the page with on a laptop, one press each. The page has no names of its own: it shows those
 * that `config.json` brings, and a deployed stage's brings none.
 */
export const FRIENDS = [
  { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  { name: 'Hermione Granger', id: 'hermione@hogwarts.ac.uk' },
  { name: 'Harry Potter', id: 'harry@hogwarts.ac.uk' },
  { name: 'Ron Weasley', id: 'ron@hogwarts.ac.uk' },
  { name: 'Luna Lovegood', id: 'luna@hogwarts.ac.uk' },
] as const

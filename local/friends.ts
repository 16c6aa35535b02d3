/**
 * Payees to choose from on a laptop. The page itself has no names: it shows those of `config.json`, and that of a
 * deployed stage has none.
 */
export const FRIENDS = [
  { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  { name: 'Hermione Granger', id: 'hermione@hogwarts.ac.uk' },
  { name: 'Harry Potter', id: 'harry@hogwarts.ac.uk' },
  { name: 'Ron Weasley', id: 'ron@hogwarts.ac.uk' },
  { name: 'Luna Lovegood', id: 'luna@hogwarts.ac.uk' },
] as const

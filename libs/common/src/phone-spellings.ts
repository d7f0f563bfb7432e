/** Where one person has two numbers: national plans changed, and WhatsApp kept the ids people already had. */
const TWO_SPELLINGS: readonly { plan: RegExp; spell: (...groups: string[]) => string[] }[] = [
  // Mexico dropped the 1 after 52.
  { plan: /^\+521?(\d{10})$/, spell: (own) => [`+52${own}`, `+521${own}`] },
  // Argentine mobiles have a 9 after 54 when they are called from abroad; their ids have it or not.
  { plan: /^\+549?(\d{10})$/, spell: (own) => [`+549${own}`, `+54${own}`] },
  // Brazilian mobiles got a ninth digit after the area code; without it they begin with 6, 7, 8 or 9.
  { plan: /^\+55([1-9]\d)9?([6-9]\d{7})$/, spell: (area, own) => [`+55${area}9${own}`, `+55${area}${own}`] },
  // Benin put 01 before every number.
  { plan: /^\+229(?:01)?(\d{8})$/, spell: (own) => [`+22901${own}`, `+229${own}`] },
];

/** Every way, with `+`, that the number of the same person may be written: the given one first. */
export function phoneSpellings(phone: string): string[] {
  for (const { plan, spell } of TWO_SPELLINGS) {
    const [, ...groups] = plan.exec(phone) ?? [];
    if (groups.length > 0) return [...new Set([phone, ...spell(...groups)])];
  }
  return [phone];
}

/** A header, a footer and a label of a button stand on one line, plain. */
export function isOneLine(text: string): boolean {
  return !/[\n\r\t]/.test(text);
}

export function hasEmoji(text: string): boolean {
  return /\p{Extended_Pictographic}/u.test(text);
}

export function hasVariable(text: string): boolean {
  return text.includes('{{');
}

/** The link of a button with the value in the place of its one variable, whatever that is called. */
export function fillUrl(url: string, value: string): string {
  return url.replace(/\{\{\s*\w+\s*\}\}/, () => value);
}

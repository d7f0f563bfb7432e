/** The body with one of its values, counted in reading order, replaced. */
export function exchange(body: Record<string, unknown>, position: number, other: unknown): Record<string, unknown> {
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const visit = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      places.push([holder, key]);
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
    }
  };
  visit(body);
  const [holder, key] = places[position % places.length] ?? [body, 'type'];
  holder[key] = other;
  return body;
}

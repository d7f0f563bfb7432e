import type { Random } from '../chaos/random.ts';

const MOST = 50;

/** Ids that answers named, by the path under which their objects are found. */
export class KnownIds {
  private readonly ids = new Map<string, string[]>();

  /** `body`: the answer to `GET` or `POST` of a path, such as `/api/v1/api-keys`. */
  note(path: string, body: unknown): void {
    const { data, ...one } = Object(body) as { data?: unknown };
    const known = this.ids.get(path) ?? [];
    for (const object of [one, ...(Array.isArray(data) ? (data as unknown[]) : [])]) {
      const { id, phone_number_id: number, key, template_name: name } = Object(object) as Record<string, unknown>;
      const found = [id, number, name, key].find((value) => typeof value === 'string');
      if (typeof found === 'string' && !known.includes(found)) known.push(found);
    }
    this.ids.set(path, known.slice(-MOST));
  }

  pick(path: string, random: Random): string | undefined {
    const known = this.ids.get(path) ?? [];
    return known.length > 0 ? encodeURIComponent(random.pick(known)) : undefined;
  }
}

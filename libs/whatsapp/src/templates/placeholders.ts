import { LRUCache } from 'lru-cache';

/** By text: each is looked through once, not with every message. */
const found = new LRUCache<string, readonly string[]>({
  max: 1_000,
  memoMethod: (text) => [...new Set(Array.from(text.matchAll(/\{\{\s*(\w+)\s*\}\}/g), ([, name]) => name!))],
});

/** The distinct placeholders of a text, in the order they appear: a repeated one is one parameter. */
export function placeholders(text: string): readonly string[] {
  return found.memo(text);
}

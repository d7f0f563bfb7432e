/** A stand-in that can do what was prepared and nothing else: an unexpected call fails its test. */
export function strict<T extends object>(prepared: { [Name in keyof T]?: T[Name] }): T {
  return new Proxy(prepared, {
    get(target, name) {
      if (name in target) return target[name as keyof T];
      throw new Error(`${String(name)} was not expected to be used`);
    },
  }) as T;
}

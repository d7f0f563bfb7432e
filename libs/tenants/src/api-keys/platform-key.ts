/** `ADMIN_API_KEY`: the key with every scope over every tenant. Made by whoever composes the application. */
export class PlatformKey {
  constructor(readonly value: string) {}
}

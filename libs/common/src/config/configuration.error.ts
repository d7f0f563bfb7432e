/** Everything that is wrong with the environment, in one message: a line for each variable, never the value of one. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super(`Palomar cannot start: ${count} in the environment.\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = ConfigurationError.name;
  }
}

/** Faults as they are found. A variable has one: what else is wrong with it follows from the first. */
export class Faults {
  private readonly lines = new Map<string, string>();

  /** `written` is the name the operator wrote, when it is not the variable's own. */
  add(variable: string, fault: string, written = variable): void {
    if (!this.has(variable)) this.lines.set(variable, `${written}: ${fault}`);
  }

  has(variable: string): boolean {
    return this.lines.has(variable);
  }

  /** @throws ConfigurationError when there are any */
  throwIfAny(): void {
    if (this.lines.size > 0) throw new ConfigurationError([...this.lines.values()]);
  }
}

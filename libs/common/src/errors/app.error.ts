/** One bad field of a request: its path (`template.parameters[2]`) and what to do about it. */
export interface FieldError {
  field: string;
  message: string;
}

export interface AppErrorOptions {
  errors?: FieldError[];
  /** Seconds after which the same request may work: the `Retry-After` header. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * A refusal we foresaw: `status` for HTTP, `code` a stable slug for programs, `message` a sentence for people.
 * `ProblemFilter` turns it into problem+json; everything else that is thrown becomes a 500 with a fixed text.
 */
export class AppError extends Error {
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** 422 `validation-failed`: every bad field at once. */
export class ValidationError extends AppError {
  constructor(errors: FieldError[], code = 'validation-failed') {
    const [first] = errors;
    super(422, code, first ? `${first.field}: ${first.message}` : 'The request is not valid.', { errors });
  }
}

/** 404: it does not exist, or it belongs to another tenant (a caller cannot tell which). */
export class NotFoundError extends AppError {
  constructor(what: string, id: string) {
    super(404, 'not-found', `No ${what} with id ${id}.`);
  }
}

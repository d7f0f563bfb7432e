/** For answers that are streamed: a reader who goes away is no fault of ours. */
export function ignoreReaderLeft(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw cause;
}

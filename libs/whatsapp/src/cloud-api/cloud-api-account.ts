/** On whose behalf a call is made. */
export interface CloudApiAccount {
  phoneNumberId: string;
  businessAccountId: string;
  accessToken: string;
  /** Undefined: that of the client. */
  apiVersion?: string;
  /** When known, calls carry the proof that Meta can be told to demand. */
  appSecret?: string | undefined;
}

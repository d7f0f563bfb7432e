/** The environment of the reference: the names are Palomar's. */
export interface Settings {
  port: number;
  databaseUrl: string;
  graphUrl: string;
  accessToken: string;
  appSecret: string;
  phoneNumberId: string;
  apiKey: string;
  /** Messages on the wire at once. */
  concurrency: number;
}

/** @throws Error naming the variable that is missing */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const required = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set`);
    return value;
  };
  return {
    port: Number(required('PORT')),
    databaseUrl: required('DATABASE_URL'),
    graphUrl: required('WHATSAPP_GRAPH_URL'),
    accessToken: required('WHATSAPP_ACCESS_TOKEN'),
    appSecret: required('WHATSAPP_APP_SECRET'),
    phoneNumberId: required('WHATSAPP_PHONE_NUMBER_ID'),
    apiKey: required('ADMIN_API_KEY'),
    concurrency: Number(required('DISPATCHER_CONCURRENCY')),
  };
}

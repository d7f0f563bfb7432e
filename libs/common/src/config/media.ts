import { resolve } from 'node:path';

import type { MediaConfig, S3Config } from './app-config.ts';
import type { Faults } from './configuration.error.ts';
import type { Environment } from './environment.ts';

const S3_KEYS = ['MEDIA_S3_ACCESS_KEY_ID', 'MEDIA_S3_SECRET_ACCESS_KEY'] as const;

/** Where the files of messages are kept. In production a folder is not made up: it might be gone with the next container. */
export function readMedia(environment: Environment, cwd: string, faults: Faults): MediaConfig {
  const production = environment.NODE_ENV === 'production';
  const dir = environment.MEDIA_DIR ?? (production ? undefined : `${environment.DATA_DIR}/media`);
  return {
    dir: dir === undefined ? undefined : resolve(cwd, dir),
    s3: readS3(environment, faults),
  };
}

function readS3(environment: Environment, faults: Faults): S3Config | undefined {
  const { MEDIA_S3_BUCKET: bucket, MEDIA_S3_REGION: region, MEDIA_DIR: dir } = environment;
  if (bucket === undefined) {
    const given = (['MEDIA_S3_ENDPOINT', ...S3_KEYS] as const).find((name) => environment[name] !== undefined);
    if (given) faults.add('MEDIA_S3_BUCKET', `is required once ${given} is set; write MEDIA_S3_BUCKET=palomar-media`);
    return undefined;
  }
  if (dir !== undefined) faults.add('MEDIA_DIR', 'is set, and MEDIA_S3_BUCKET as well; keep one of them');
  for (const name of S3_KEYS) {
    if (environment[name] === undefined) {
      faults.add(name, `is required once MEDIA_S3_BUCKET is set; write ${name}=<of a key that may read and write it>`);
    }
  }
  return {
    bucket,
    region,
    endpoint: (environment.MEDIA_S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, ''),
    // The two are there, or a fault was noted that stops the start.
    accessKeyId: environment.MEDIA_S3_ACCESS_KEY_ID!,
    secretAccessKey: environment.MEDIA_S3_SECRET_ACCESS_KEY!,
  };
}

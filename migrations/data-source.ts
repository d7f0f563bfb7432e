import 'reflect-metadata';

import { DataSource } from 'typeorm';

import { databaseOptions, loadConfigFromProcess } from '#common';

import { ENTITIES } from '../apps/api/src/entities.ts';
import { migrations } from './index.ts';

const { database } = loadConfigFromProcess();

/** For TypeORM's own command line (`npm run typeorm -- migration:generate …`); needs DATABASE_URL. */
export default new DataSource({
  ...databaseOptions({ url: database.url ?? '', poolSize: 1 }),
  entities: ENTITIES,
  migrations,
});

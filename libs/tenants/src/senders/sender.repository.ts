import { Injectable } from '@nestjs/common';
import { DataSource, Not } from 'typeorm';

import { Clock, newId, queryRows, SecretBox } from '#common';

import { MetaApp } from './meta-app.entity.ts';
import { SendingNumber } from './sending-number.entity.ts';

/** What an app is made of; secrets in clear. */
export type NewMetaApp = Pick<MetaApp, 'name' | 'appSecret' | 'verifyToken'>;
/** What changes of an app. With a new secret, the one before it is accepted as well until it is dropped. */
export type MetaAppChange = Partial<NewMetaApp> & { dropPreviousSecret?: boolean };
export type NewSendingNumber = Omit<SendingNumber, 'accessTokenSetAt' | 'createdAt' | 'updatedAt'>;

/** Apps and numbers beside those of the environment. Secrets are in clear outside, and sealed in the tables. */
@Injectable()
export class SenderRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /** Oldest first. */
  async listApps(): Promise<MetaApp[]> {
    const apps = await this.dataSource.manager.find(MetaApp, { order: { id: 'ASC' } });
    return apps.map((app) => this.opened(app));
  }

  async findApp(id: string): Promise<MetaApp | null> {
    const app = await this.dataSource.manager.findOneBy(MetaApp, { id });
    return app && this.opened(app);
  }

  /** Null when the name is taken. */
  async createApp({ name, appSecret, verifyToken }: NewMetaApp): Promise<MetaApp | null> {
    const id = newId();
    const rows = await queryRows(
      this.dataSource,
      `INSERT INTO meta_apps (id, name, app_secret, verify_token) VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO NOTHING RETURNING id`,
      [id, name, this.seal(id, 'app_secret', appSecret), this.seal(id, 'verify_token', verifyToken)],
    );
    return rows.length === 0 ? null : this.findApp(id);
  }

  /** Null when there is no such app; `name-taken` when another one is called so. */
  async changeApp(
    id: string,
    { name, appSecret, verifyToken, dropPreviousSecret }: MetaAppChange,
  ): Promise<MetaApp | 'name-taken' | null> {
    return this.dataSource.transaction(async (tx) => {
      const app = await tx.findOne(MetaApp, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!app) return null;
      if (name !== undefined && (await tx.existsBy(MetaApp, { name, id: Not(id) }))) return 'name-taken';
      const current = this.box.open(app.appSecret, placeOf(id, 'app_secret'));
      const isNewSecret = appSecret !== undefined && appSecret !== current;
      if (name !== undefined) app.name = name;
      if (verifyToken !== undefined) app.verifyToken = this.seal(id, 'verify_token', verifyToken);
      if (dropPreviousSecret) app.previousAppSecret = null;
      if (isNewSecret) {
        app.previousAppSecret = this.seal(id, 'previous_app_secret', current);
        app.appSecret = this.seal(id, 'app_secret', appSecret);
        app.appSecretSetAt = this.clock.now();
      }
      return this.opened(await tx.save(app));
    });
  }

  /** False when there is no such app, or a number belongs to it. */
  async removeApp(id: string): Promise<boolean> {
    const rows = await queryRows(
      this.dataSource,
      `DELETE FROM meta_apps a WHERE id = $1 AND NOT EXISTS (SELECT FROM sending_numbers WHERE app_id = a.id) RETURNING id`,
      [id],
    );
    return rows.length > 0;
  }

  /** Oldest first. */
  async listNumbers(): Promise<SendingNumber[]> {
    const numbers = await this.dataSource.manager.find(SendingNumber, {
      order: { createdAt: 'ASC', phoneNumberId: 'ASC' },
    });
    return numbers.map((number) => this.openedNumber(number));
  }

  async findNumber(phoneNumberId: string): Promise<SendingNumber | null> {
    const number = await this.dataSource.manager.findOneBy(SendingNumber, { phoneNumberId });
    return number && this.openedNumber(number);
  }

  /** Stores a number, or changes one. */
  async putNumber(number: NewSendingNumber): Promise<SendingNumber> {
    const { phoneNumberId, accessToken } = number;
    const present = await this.findNumber(phoneNumberId);
    const isNewToken = present?.accessToken !== accessToken;
    const { manager } = this.dataSource;
    await manager.upsert(
      SendingNumber,
      {
        ...number,
        accessToken: this.box.seal(accessToken, tokenPlace(phoneNumberId)),
        updatedAt: this.clock.now(),
        ...(isNewToken && { accessTokenSetAt: this.clock.now() }),
      },
      ['phoneNumberId'],
    );
    return this.openedNumber(await manager.findOneByOrFail(SendingNumber, { phoneNumberId }));
  }

  /** False when there is no such number. */
  async removeNumber(phoneNumberId: string): Promise<boolean> {
    const { affected } = await this.dataSource.manager.delete(SendingNumber, { phoneNumberId });
    return affected === 1;
  }

  /** Seals what the previous `ENCRYPTION_KEY` sealed with the present one, so that the previous one can go. */
  async renewSecrets(): Promise<void> {
    if (!this.box.isChanging) return;
    await this.dataSource.transaction(async (tx) => {
      const lock = { mode: 'pessimistic_write' } as const;
      for (const app of await tx.find(MetaApp, { order: { id: 'ASC' }, lock })) {
        const renew = (sealed: string, column: SecretColumn) => this.box.renew(sealed, placeOf(app.id, column));
        app.appSecret = renew(app.appSecret, 'app_secret');
        app.previousAppSecret &&= renew(app.previousAppSecret, 'previous_app_secret');
        app.verifyToken = renew(app.verifyToken, 'verify_token');
        await tx.save(app);
      }
      for (const number of await tx.find(SendingNumber, { order: { phoneNumberId: 'ASC' }, lock })) {
        number.accessToken = this.box.renew(number.accessToken, tokenPlace(number.phoneNumberId));
        await tx.save(number);
      }
    });
  }

  private opened(app: MetaApp): MetaApp {
    const open = (sealed: string, column: SecretColumn) => this.box.open(sealed, placeOf(app.id, column));
    return {
      ...app,
      appSecret: open(app.appSecret, 'app_secret'),
      previousAppSecret: app.previousAppSecret && open(app.previousAppSecret, 'previous_app_secret'),
      verifyToken: open(app.verifyToken, 'verify_token'),
    };
  }

  private openedNumber(number: SendingNumber): SendingNumber {
    return { ...number, accessToken: this.box.open(number.accessToken, tokenPlace(number.phoneNumberId)) };
  }

  private seal(id: string, column: SecretColumn, text: string): string {
    return this.box.seal(text, placeOf(id, column));
  }
}

type SecretColumn = 'app_secret' | 'previous_app_secret' | 'verify_token';

function placeOf(id: string, column: SecretColumn): string {
  return `meta_apps.${column}:${id}`;
}

function tokenPlace(phoneNumberId: string): string {
  return `sending_numbers.access_token:${phoneNumberId}`;
}

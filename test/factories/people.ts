import supertest from 'supertest';

import { newId } from '#common';
import { Passwords, PersonRepository, type PersonRole } from '#tenants';

import { TENANT, type TestApp } from '../support/test-app.ts';

export const PASSWORD = 'ocho palabras que nadie adivina';

export interface SomePerson {
  id: string;
  email: string;
  role: PersonRole;
}

/** Somebody with a password of their own. */
export async function aPerson(app: TestApp, role: PersonRole, tenantId = TENANT): Promise<SomePerson> {
  const email = `${role}-${newId()}@example.com`;
  const person = await app.nest.get(PersonRepository).create({
    email,
    name: 'Ana García',
    role,
    tenantId: role === 'platform-admin' ? null : tenantId,
    passwordHash: await app.nest.get(Passwords, { strict: false }).hash(PASSWORD),
    passwordIsTemporary: false,
  });
  return { id: person!.id, email, role };
}

/** A browser with a page of ours in it: it keeps cookies, and says where its requests come from. */
export class Browser {
  readonly agent: ReturnType<typeof supertest.agent>;
  csrfToken = '';

  /** `address`: as a trusted proxy tells it. */
  constructor({ url }: TestApp, address = '203.0.113.1') {
    this.agent = supertest.agent(url).set({ Origin: url, 'X-Forwarded-For': address });
  }

  async signIn(email: string, password = PASSWORD) {
    const response = await this.agent.post('/api/v1/auth/sign-in').send({ email, password });
    if (response.status === 200) this.csrfToken = response.body.csrf_token;
    return response;
  }

  get = (path: string) => this.agent.get(path);
  post = (path: string) => this.agent.post(path).set('X-CSRF-Token', this.csrfToken);
  patch = (path: string) => this.agent.patch(path).set('X-CSRF-Token', this.csrfToken);
  delete = (path: string) => this.agent.delete(path).set('X-CSRF-Token', this.csrfToken);
}

/** A browser in which somebody of the role is signed in. */
export async function signedInAs(app: TestApp, role: PersonRole, tenantId = TENANT) {
  const person = await aPerson(app, role, tenantId);
  const browser = new Browser(app);
  await browser.signIn(person.email);
  return { person, browser };
}

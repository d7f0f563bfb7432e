import 'reflect-metadata';

import { isEmail } from 'class-validator';

import { isUuid, type JointDataSource } from '#common';
import { newPassword, Passwords, PEOPLE_ROLES, type PersonChange, PersonRepository, type PersonRole } from '#tenants';

import { UsageError } from '../explain-failure.ts';
import { toPersonResponse } from '../people/person.dto.ts';
import { audited } from './audited.ts';
import { print, readArguments } from './command-line.ts';
import { withDatabase } from './with-database.ts';

const USAGE = `Usage:
  npm run people -- create --email ana@example.com --name "Ana García" --role operator --tenant <uuid>
  npm run people -- create --email ana@example.com --name "Ana García" --role platform-admin
  npm run people -- list
  npm run people -- reset-password <email>
  npm run people -- disable <email>
  npm run people -- enable <email>
Roles: ${PEOPLE_ROLES.join(', ')}`;

const OPTIONS = {
  email: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  tenant: { type: 'string' },
} as const;
type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

await withDatabase(async (dataSource) => {
  const people = new PersonRepository(dataSource);
  const { values, positionals } = readArguments(OPTIONS, USAGE);
  const [action, email] = positionals;
  const change = (told: string, wanted: PersonChange) => changePerson(dataSource, people, { email, told, wanted });
  switch (action) {
    case 'create':
      return create(dataSource, people, values);
    case 'list':
      return list(people);
    case 'reset-password': {
      const password = newPassword();
      const passwordHash = await new Passwords().hash(password);
      await change('person.password-reset', { passwordHash, passwordIsTemporary: true, identity: null });
      return print(
        `The sessions of ${email} are over. The new password is shown this once, and is to be changed:`,
        password,
      );
    }
    case 'disable':
      await change('person.disabled', { disabledAt: new Date() });
      return print(`${email} is signed out and cannot sign in.`);
    case 'enable':
      await change('person.enabled', { disabledAt: null });
      return print(`${email} can sign in.`);
    default:
      throw new UsageError(USAGE);
  }
});

async function create(dataSource: JointDataSource, people: PersonRepository, values: Values): Promise<void> {
  const given = newPerson(values);
  const password = newPassword();
  const passwordHash = await new Passwords().hash(password);
  const made = async () => {
    const person = await people.create({ ...given, passwordHash, passwordIsTemporary: true });
    if (!person) throw new UsageError(`Somebody has the e-mail address ${given.email} already.`);
    return person;
  };
  const person = await audited(dataSource, 'person.created', made, (one) => ({
    tenantId: one.tenantId,
    objectId: one.id,
    after: toPersonResponse(one),
  }));
  print(`${person.role} ${person.email} is made. The password is shown this once, and is to be changed:`, password);
}

function newPerson({ email, name, role, tenant }: Values) {
  if (!isEmail(email, { require_tld: false })) throw new UsageError(`--email must be an e-mail address.\n${USAGE}`);
  if (!name?.trim()) throw new UsageError(`--name says who it is.\n${USAGE}`);
  if (!isRole(role)) throw new UsageError(`--role must be one of ${PEOPLE_ROLES.join(', ')}.`);
  const isPlatform = role === 'platform-admin';
  if (isPlatform ? tenant !== undefined : !isUuid(tenant)) {
    throw new UsageError(`A platform-admin has no --tenant; everybody else needs one, a UUID.\n${USAGE}`);
  }
  return { email: email as string, name: name.trim(), role, tenantId: tenant?.toLowerCase() ?? null };
}

function isRole(role: string | undefined): role is PersonRole {
  return PEOPLE_ROLES.includes(role as PersonRole);
}

async function list(people: PersonRepository): Promise<void> {
  for (const { email, name, role, tenantId, disabledAt, lastSignInAt } of await people.list()) {
    const state = disabledAt ? 'disabled' : `last signed in ${lastSignInAt?.toISOString() ?? 'never'}`;
    print([email, name, role, tenantId ?? 'platform', state].join('  '));
  }
}

interface Change {
  email: string | undefined;
  /** The action, as the audit log calls it. */
  told: string;
  wanted: PersonChange;
}

async function changePerson(dataSource: JointDataSource, people: PersonRepository, change: Change): Promise<void> {
  const { email, told, wanted } = change;
  const person = email === undefined ? null : await people.findByEmail(email);
  if (!person) throw new UsageError(`There is nobody with the e-mail address ${email ?? ''}.\n${USAGE}`);
  const { id: objectId, tenantId } = person;
  const changed = async () => {
    const outcome = await people.change(objectId, wanted);
    if (outcome === 'last') throw new UsageError(`${email} is the last platform-admin; make another one first.`);
    return people.findById(objectId);
  };
  await audited(dataSource, told, changed, (after) => ({
    tenantId,
    objectId,
    before: toPersonResponse(person),
    after: after && toPersonResponse(after),
  }));
}

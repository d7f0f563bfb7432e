import type { Operation } from '../../apps/api/src/operations/openapi/json-schema.ts';
import type { Random } from '../chaos/random.ts';
import { examplesOf, takesFile } from '../openapi/example-request.ts';
import { spoil } from '../webhook-mutations/mutations.ts';

export interface Body {
  name: string;
  bytes: Buffer;
  type: string;
}

const MIB = 1024 * 1024;
const RAW: Record<string, () => Buffer> = {
  nothing: () => Buffer.alloc(0),
  'a null': () => Buffer.from('null'),
  'a number': () => Buffer.from('1e999'),
  'a list': () => Buffer.from('[1,[2,{}]]'),
  'half of an object': () => Buffer.from('{"to": "+34'),
  'brackets without end': () => Buffer.from('['.repeat(100_000)),
  'objects in objects': () => Buffer.from('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)),
  'invalid UTF-8': () => Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0xff, 0x22, 0x7d]),
  'UTF-16': () => Buffer.from('{"to":"+34612345678"}', 'utf16le'),
  'a mark of byte order': () => Buffer.from('\ufeff{"name":"a"}'),
  'the same field twice': () => Buffer.from('{"name":"a","name":1,"__proto__":{"admin":true}}'),
  'too much': () => Buffer.from(`{"name":"${'x'.repeat(MIB)}"}`),
  'a huge list': () => Buffer.from(`{"messages":[${'{},'.repeat(2_000)}{}],"components":[${'1,'.repeat(9_999)}1]}`),
};

/** A body of any quality for an operation; undefined: it takes none. */
export function bodyOf(operation: Operation, random: Random, prepare: (example: object) => object): Body | undefined {
  if (takesFile(operation)) return random.chance(0.5) ? aFile(random) : aForm(random);
  const examples = examplesOf(operation);
  if (examples.length === 0) return undefined;
  if (random.chance(0.12)) {
    const name = random.pick(Object.keys(RAW));
    return { name, bytes: RAW[name]!(), type: 'application/json' };
  }
  const example = prepare(random.pick(examples) as object);
  const { name, body } = random.chance(0.3)
    ? { name: 'as it should be', body: JSON.stringify(example) }
    : spoil(example, random);
  return { name, bytes: Buffer.from(body), type: 'application/json' };
}

function aFile(random: Random): Body {
  const type = random.pick(['image/jpeg', 'image/png', 'application/pdf', 'text/plain', 'application/x-unknown']);
  const bytes = random.pick([
    Buffer.alloc(0),
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, random.between(0, 255)]),
    Buffer.from('%PDF-1.7'),
    Buffer.from('a,b,c'),
  ]);
  return { name: 'a file', bytes, type };
}

function aForm(random: Random): Body {
  const file =
    'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0';
  const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
  const parts = random.pick([
    [file],
    [file, file],
    [field('file', 'no file')],
    [field('tenant_id', '\0'), file],
    [field('__proto__', 'x'), file],
    Array.from({ length: 40 }, (_, index) => field(`f${index}`, 'x')),
    [],
  ]);
  const text = parts.map((part) => `--fuzz\r\n${part}\r\n`).join('');
  const end = random.chance(0.8) ? '--fuzz--\r\n' : '';
  return { name: 'a form', bytes: Buffer.from(text + end, 'latin1'), type: 'multipart/form-data; boundary=fuzz' };
}

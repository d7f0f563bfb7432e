import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { mayBeJson } from './json-type.ts';

const saying = (type?: string) => ({ headers: { 'content-type': type } }) as IncomingMessage;

describe(mayBeJson.name, () => {
  it.each([
    undefined,
    '',
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/vnd.acme+json',
    'application/x-www-form-urlencoded',
    'text/plain;charset=UTF-8',
  ])('is true of %j', (type) => {
    expect(mayBeJson(saying(type))).toBe(true);
  });

  it.each([
    'multipart/form-data; boundary=x',
    'application/xml',
    'text/html',
    'application/jsonp',
    'image/png',
    'text/plainer',
    'x',
  ])('is false of %j', (type) => {
    expect(mayBeJson(saying(type))).toBe(false);
  });
});

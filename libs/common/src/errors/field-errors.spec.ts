import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';
import { plainToInstance, Type } from 'class-transformer';
import { IsArray, IsOptional, IsString, MaxLength, ValidateNested, validateSync } from 'class-validator';

import { toFieldErrors, validationExceptionFactory } from './field-errors.ts';

class Parameter {
  @IsString()
  text: string;
}

class Template {
  @IsString()
  @MaxLength(5)
  name: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Parameter)
  parameters?: Parameter[];

  @IsOptional()
  @IsString({ each: true })
  tags?: string[];
}

class Message {
  @ValidateNested()
  @Type(() => Template)
  template: Template;
}

const violationsOf = (body: object) =>
  validateSync(plainToInstance(Message, body), { whitelist: true, forbidNonWhitelisted: true });
const errorsOf = (template: unknown) => toFieldErrors(violationsOf({ template }));

describe(toFieldErrors.name, () => {
  it('writes the path through objects and lists', () => {
    const errors = errorsOf({ name: 'hola', parameters: [{ text: 'a' }, { text: 'b' }, { text: 3 }] });

    expect(errors).toEqual([{ field: 'template.parameters[2].text', message: 'must be a string' }]);
  });

  it('says one thing of a field: the kind before the limits', () => {
    expect(errorsOf({ name: 123_456 })).toEqual([{ field: 'template.name', message: 'must be a string' }]);
  });

  it('says what breaks a limit', () => {
    expect(errorsOf({ name: 'bienvenida' })).toEqual([
      { field: 'template.name', message: 'must be shorter than or equal to 5 characters' },
    ]);
  });

  it.each([
    ['an object that is a text', 'hola', { field: 'template', message: 'must be either object or array' }],
    [
      'a list with a wrong item',
      { name: 'hola', tags: ['a', 1] },
      { field: 'template.tags', message: 'each value in tags must be a string' },
    ],
  ])('says what is wrong with %s', (_what, template, error) => {
    expect(errorsOf(template)).toEqual([error]);
  });

  it('asks which known field an unknown one was meant to be', () => {
    expect(errorsOf({ name: 'hola', paramters: [] })).toEqual([
      { field: 'template.paramters', message: 'is not a known field; did you mean parameters?' },
    ]);
  });

  it('says that an unknown field is unknown when none is like it', () => {
    expect(errorsOf({ name: 'hola', colour: 'red' })).toEqual([
      { field: 'template.colour', message: 'is not a known field; remove it or correct its name' },
    ]);
  });

  it('says so when it was not told which fields are known', () => {
    const [violation] = violationsOf({ tempalte: {} });

    expect(toFieldErrors([{ ...violation!, target: undefined }])).toEqual([
      { field: 'tempalte', message: 'is not a known field; remove it or correct its name' },
    ]);
  });

  it('stops at a hundred', () => {
    const body = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`unknown${n}`, n]));

    expect(toFieldErrors(violationsOf(body))).toHaveLength(100);
  });

  it('calls what has no rules a body that is no object', () => {
    expect(toFieldErrors(validateSync({}))).toEqual([{ field: 'body', message: 'must be a JSON object' }]);
  });
});

describe(validationExceptionFactory.name, () => {
  it('makes a 422 that lists the fields', () => {
    expect(validationExceptionFactory(violationsOf({ template: { name: 1 } }))).toMatchObject({
      status: 422,
      code: 'validation-failed',
      message: 'template.name: must be a string',
      errors: [{ field: 'template.name', message: 'must be a string' }],
    });
  });
});

import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';

const PAGING = {
  type: 'object',
  required: ['next_cursor'],
  properties: {
    next_cursor: { type: 'string', nullable: true, description: '`cursor` of the next page; null: this is the last.' },
  },
};

/** 200 with `{ data, paging }`: a page of these, as `toPage` makes it. */
export const ApiPageResponse = (model: Type) => ok(model, { paging: PAGING });

/** 200 with `{ data }`: all of these. */
export const ApiListResponse = (model: Type) => ok(model, {});

function ok(model: Type, beside: Record<string, object>) {
  const properties = { data: { type: 'array', items: { $ref: getSchemaPath(model) } }, ...beside };
  return applyDecorators(ApiExtraModels(model), ApiOkResponse({ schema: objectOf(properties) }));
}

/** A schema of an object that has all of these fields. */
export const objectOf = (properties: Record<string, object>) => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Post, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';

import { Public } from '#tenants';

import { AuditCoverage } from './audit.coverage.ts';
import { Audited, NotAudited } from './audited.decorator.ts';

@Controller('notes')
class NotesController {
  @Get()
  list() {}

  @Post()
  @Audited('note.created')
  create() {}

  @Post('preview')
  @NotAudited('nothing is changed')
  preview() {}
}

@Public()
@Controller('door')
class DoorController {
  @Post()
  receive() {}
}

@Controller('forgotten')
class ForgottenController {
  @Post()
  create() {}

  @Delete()
  @Audited('note.removed')
  remove() {}
}

describe(AuditCoverage.name, () => {
  async function start(...controllers: Type[]): Promise<void> {
    const module = await Test.createTestingModule({
      imports: [DiscoveryModule],
      controllers,
      providers: [AuditCoverage],
    }).compile();
    await module.init();
    await module.close();
  }

  it('lets an application start whose routes all say whether they are audited, or are open to everybody', async () => {
    await expect(start(NotesController, DoorController)).resolves.toBeUndefined();
  });

  it('names the routes that do not, and lets nothing start', async () => {
    await expect(start(NotesController, ForgottenController)).rejects.toThrow(/: ForgottenController\.create$/);
  });
});

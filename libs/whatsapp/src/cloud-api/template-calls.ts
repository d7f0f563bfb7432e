import { CloudApiUnknownOutcomeError } from './cloud-api.error.ts';
import type {
  CloudApiTemplate,
  LibraryFilter,
  LibraryPage,
  NewCloudApiTemplate,
  SubmittedTemplate,
  TemplateChanges,
} from './cloud-api.types.ts';
import type { CloudApiAccount } from './cloud-api-account.ts';
import type { GraphAnswer } from './graph-answer.ts';

/** The verbs of `CloudApiClient`, which knows host, version, token and errors. */
export interface GraphVerbs {
  get(account: CloudApiAccount, path: string[], query: Record<string, string>): Promise<GraphAnswer>;
  post(account: CloudApiAccount, path: string[], body: object): Promise<GraphAnswer>;
  delete(account: CloudApiAccount, path: string[], query: Record<string, string>): Promise<GraphAnswer>;
  /** Asks for the fields of a template that the version has. */
  withKnownFields<T>(ask: (fields: string) => Promise<T>): Promise<T>;
}

/** Meta's calls about templates, beside the listing. Like every call of the client they are made once, and throw a `CloudApiError`. */
export class TemplateCalls {
  constructor(private readonly graph: GraphVerbs) {}

  /** Submits a template, or makes one from the library. The category in the answer is Meta's, which may be another than was asked for. */
  async create(account: CloudApiAccount, template: NewCloudApiTemplate): Promise<SubmittedTemplate> {
    const { body, status } = await this.graph.post(account, [account.businessAccountId, 'message_templates'], template);
    if (typeof body.id !== 'string' || typeof body.status !== 'string') {
      throw new CloudApiUnknownOutcomeError('no id or status of the template', status);
    }
    return body as unknown as SubmittedTemplate;
  }

  /** All components are replaced together. What became of the template only `get` or a webhook says. */
  async edit(account: CloudApiAccount, metaTemplateId: string, changes: TemplateChanges): Promise<void> {
    assertDone(await this.graph.post(account, [metaTemplateId], changes));
  }

  async get(account: CloudApiAccount, metaTemplateId: string): Promise<CloudApiTemplate> {
    const { body, status } = await this.graph.withKnownFields((fields) =>
      this.graph.get(account, [metaTemplateId], { fields }),
    );
    if (typeof body.name !== 'string' || typeof body.language !== 'string' || typeof body.status !== 'string') {
      throw new CloudApiUnknownOutcomeError('no template', status);
    }
    return body as unknown as CloudApiTemplate;
  }

  /** Every language of the name, or the one whose id is given. */
  async delete(account: CloudApiAccount, name: string, metaTemplateId?: string): Promise<void> {
    const query = { name, ...(metaTemplateId !== undefined && { hsm_id: metaTemplateId }) };
    assertDone(await this.graph.delete(account, [account.businessAccountId, 'message_templates'], query));
  }

  /** Several at once, a hundred at most, whatever their names. */
  async deleteMany(account: CloudApiAccount, metaTemplateIds: readonly string[]): Promise<void> {
    const query = { hsm_ids: `[${metaTemplateIds.join(',')}]` };
    assertDone(await this.graph.delete(account, [account.businessAccountId, 'message_templates'], query));
  }

  /** One that Meta paused may be sent again. */
  async unpause(account: CloudApiAccount, metaTemplateId: string): Promise<void> {
    assertDone(await this.graph.post(account, [metaTemplateId, 'unpause'], {}));
  }

  /** A page of the texts that Meta keeps ready for everybody. */
  async library(account: CloudApiAccount, { after, limit, ...filter }: LibraryFilter): Promise<LibraryPage> {
    const { body, status } = await this.graph.get(account, ['message_template_library'], {
      ...withoutAbsent(filter),
      ...(limit !== undefined && { limit: String(limit) }),
      ...(after !== undefined && { after }),
    });
    const { data, paging } = body as { data?: LibraryPage['templates']; paging?: Paging };
    if (!Array.isArray(data)) throw new CloudApiUnknownOutcomeError('no list of library templates', status);
    return { templates: data, after: paging?.next ? paging.cursors?.after : undefined };
  }
}

interface Paging {
  next?: string;
  cursors?: { after?: string };
}

function assertDone({ body, status }: GraphAnswer): void {
  if (body.success !== true) throw new CloudApiUnknownOutcomeError('not confirmed', status);
}

function withoutAbsent(filter: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

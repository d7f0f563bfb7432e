import { createHmac } from 'node:crypto';

import { CloudApiRefusal, CloudApiUnknownOutcomeError } from './cloud-api.error.ts';
import type {
  CloudApiTemplate,
  MediaInfo,
  MessageStatusWord,
  OutgoingMessage,
  PhoneNumberInfo,
  SendMessageResponse,
} from './cloud-api.types.ts';
import type { CloudApiAccount } from './cloud-api-account.ts';
import { readHandle, readUploadTarget, uploadDescription, uploadOfBytes } from './example-upload.ts';
import { type GraphAnswer, readGraphAnswer, toCloudApiError } from './graph-answer.ts';
import { type HttpRequest, type HttpTransport, UndiciTransport } from './http-transport.ts';
import { type DownloadedMedia, MediaDownloads } from './media-download.ts';
import { type MediaFile, mediaForm } from './media-form.ts';
import { TemplateCalls } from './template-calls.ts';
import { everyTemplate, type TemplatePage } from './template-pages.ts';

export interface CloudApiClientOptions {
  /** Base URL without version: `https://graph.facebook.com`. A path in it is kept. */
  graphUrl: string;
  /** `v26.0`, for accounts that name no other. */
  apiVersion: string;
  /** For one whole call, connecting included. */
  timeoutMs: number;
  /** Most connections at once; no limit when absent. */
  connections?: number;
  /** Replaces the network in tests. */
  transport?: HttpTransport;
}

export interface SentMessage {
  /** `wamid.…` */
  whatsappMessageId: string;
  /** Meta's form of the phone number; may differ from the one we wrote to. */
  waId: string | undefined;
  /** Business-scoped user id, when the message was sent to one. */
  userId: string | undefined;
  /** Templates only. Held for quality assessment is not a failure. */
  messageStatus: MessageStatusWord | undefined;
  response: SendMessageResponse;
}

export interface SendOptions {
  /** On the clock of `performance.now()`: a send that has not begun by then is not made (`CloudApiNotSentError`). */
  startBefore?: number;
}

const MIB = 1024 * 1024;
/** 100 MB at less than 3 Mbit/s. */
const UPLOAD_TIMEOUT_MS = 5 * 60_000;
const TEMPLATES_PER_PAGE = 100;
/** Every version knows these. */
const BASIC_TEMPLATE_FIELDS =
  'id,name,language,status,category,parameter_format,components,quality_score,rejected_reason';
const TEMPLATE_FIELDS =
  `${BASIC_TEMPLATE_FIELDS},previous_category,correct_category,sub_category,message_send_ttl_seconds,` +
  'library_template_name';
const PHONE_NUMBER_FIELDS =
  'id,display_phone_number,verified_name,quality_rating,status,name_status,code_verification_status,platform_type,' +
  'account_mode,throughput,is_official_business_account';

/**
 * Meta's Cloud API, one HTTP request per call and never a repetition: whether to repeat is the caller's decision.
 * Every method throws `CloudApiRefusal`, `CloudApiNotSentError` or `CloudApiUnknownOutcomeError`.
 */
export class CloudApiClient {
  /** Creates, edits and removes templates. */
  readonly templates = new TemplateCalls({
    get: (account, path, query) => this.get(account, path, query),
    post: (account, path, body) => this.post(account, path, body),
    delete: (account, path, query) => this.delete(account, path, query),
    withKnownFields: (ask) => this.withKnownFields(ask),
  });
  private readonly transport: HttpTransport;
  private readonly downloads: MediaDownloads;
  /** Path before the version. */
  private readonly root: string;
  private readonly apiVersion: string;
  private templateFields = TEMPLATE_FIELDS;
  /** One account makes nearly all calls. */
  private lastProof: { accessToken: string; appSecret: string; proof: string } | undefined;

  constructor({ graphUrl, apiVersion, timeoutMs, connections, transport }: CloudApiClientOptions) {
    const { origin, pathname } = new URL(graphUrl);
    this.root = pathname.replace(/\/+$/, '');
    this.apiVersion = apiVersion;
    this.downloads = new MediaDownloads(origin);
    this.transport = transport ?? new UndiciTransport({ origin, timeoutMs, connections });
  }

  async sendMessage(
    account: CloudApiAccount,
    message: OutgoingMessage,
    { startBefore }: SendOptions = {},
  ): Promise<SentMessage> {
    const { body, status } = await this.post(account, [account.phoneNumberId, 'messages'], message, startBefore);
    const response = body as SendMessageResponse;
    const sent = response.messages?.[0];
    if (typeof sent?.id !== 'string' || !sent.id) throw new CloudApiUnknownOutcomeError('no message id', status);
    const contact = response.contacts?.[0];
    return {
      whatsappMessageId: sent.id,
      waId: contact?.wa_id,
      userId: contact?.user_id,
      messageStatus: sent.message_status,
      response,
    };
  }

  /** Shows blue ticks for this message and the older ones of its chat; `typing` also shows that an answer is being written. */
  async markAsRead(account: CloudApiAccount, whatsappMessageId: string, { typing = false } = {}): Promise<void> {
    const { body, status } = await this.post(account, [account.phoneNumberId, 'messages'], {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: whatsappMessageId,
      ...(typing && { typing_indicator: { type: 'text' } }),
    });
    if (body.success !== true) throw new CloudApiUnknownOutcomeError('not confirmed', status);
  }

  async getPhoneNumber(account: CloudApiAccount): Promise<PhoneNumberInfo> {
    const { body, status } = await this.get(account, [account.phoneNumberId], { fields: PHONE_NUMBER_FIELDS });
    if (typeof body.id !== 'string') throw new CloudApiUnknownOutcomeError('no phone number id', status);
    return body as unknown as PhoneNumberInfo;
  }

  /** All templates of the account, each once; pages are fetched as they are read. */
  listTemplates(account: CloudApiAccount): AsyncIterable<CloudApiTemplate> {
    return everyTemplate((after) => this.withKnownFields((fields) => this.templatePage(account, fields, after)));
  }

  /** Where a file is and what it is. The URL in it is good for five minutes. */
  async getMedia(account: CloudApiAccount, whatsappMediaId: string): Promise<MediaInfo> {
    const query = { phone_number_id: account.phoneNumberId };
    const { body, status } = await this.get(account, [whatsappMediaId], query);
    if (typeof body.url !== 'string' || !body.url) throw new CloudApiUnknownOutcomeError('no url of the file', status);
    return body as unknown as MediaInfo;
  }

  /**
   * The bytes behind a URL that `getMedia` gave. The token goes along, so only to Meta's hosts and never after a redirect.
   * Whoever asked reads the body to its end or destroys it; what breaks in the middle breaks there.
   * @throws CloudApiNotSentError for a URL elsewhere; CloudApiUnknownOutcomeError with `httpStatus` 404 when it is over
   */
  downloadMedia(account: CloudApiAccount, url: string): Promise<DownloadedMedia> {
    return this.downloads.fetch(url, account.accessToken);
  }

  /** Gives Meta a file, which it keeps for 30 days. @returns Meta's id of it */
  async uploadMedia(account: CloudApiAccount, file: MediaFile): Promise<string> {
    const { headers, body: form } = mediaForm(file);
    const request = { method: 'POST', body: form, maxAnswerBytes: MIB, timeoutMs: UPLOAD_TIMEOUT_MS } as const;
    const { body, status } = await this.call(account, [account.phoneNumberId, 'media'], {}, request, headers);
    if (typeof body.id !== 'string' || !body.id) throw new CloudApiUnknownOutcomeError('no media id', status);
    return body.id;
  }

  async deleteMedia(account: CloudApiAccount, whatsappMediaId: string): Promise<void> {
    const { body, status } = await this.delete(account, [whatsappMediaId], { phone_number_id: account.phoneNumberId });
    if (body.success !== true) throw new CloudApiUnknownOutcomeError('not confirmed', status);
  }

  /** Gives Meta the file that shows what a template's header will look like. @returns the handle that `header_handle` takes */
  async uploadExample(account: CloudApiAccount, file: MediaFile): Promise<string> {
    const appId = await this.appIdOf(account);
    const opened = await this.call(account, [appId, 'uploads'], uploadDescription(file), {
      method: 'POST',
      maxAnswerBytes: MIB,
    });
    const { path, query } = readUploadTarget(opened);
    const { body, headers } = uploadOfBytes(file, account.accessToken);
    const request = { method: 'POST', body, maxAnswerBytes: MIB, timeoutMs: UPLOAD_TIMEOUT_MS } as const;
    return readHandle(await this.call(account, [path], query, request, headers));
  }

  /** Lets running calls end, takes no new ones. */
  async close(): Promise<void> {
    await Promise.all([this.transport.close(), this.downloads.close()]);
  }

  /** The app that the token was made for: nothing else has to be configured. */
  private async appIdOf(account: CloudApiAccount): Promise<string> {
    const { body, status } = await this.get(account, ['debug_token'], { input_token: account.accessToken });
    const { app_id: appId } = (body.data ?? {}) as { app_id?: unknown };
    if (typeof appId !== 'string' || !appId) throw new CloudApiUnknownOutcomeError('no app of the token', status);
    return appId;
  }

  /** A version that lacks one of the fields refuses all of them; from then on it is asked for the basic ones. */
  private async withKnownFields<T>(ask: (fields: string) => Promise<T>): Promise<T> {
    try {
      return await ask(this.templateFields);
    } catch (error) {
      if (this.templateFields === BASIC_TEMPLATE_FIELDS || !isUnknownField(error)) throw error;
      this.templateFields = BASIC_TEMPLATE_FIELDS;
      return ask(this.templateFields);
    }
  }

  /** Follows `next` by its cursor only: the URL in it could lead the token to any host. */
  private async templatePage(
    account: CloudApiAccount,
    fields: string,
    after: string | undefined,
  ): Promise<TemplatePage> {
    const { body, status } = await this.get(account, [account.businessAccountId, 'message_templates'], {
      fields,
      limit: String(TEMPLATES_PER_PAGE),
      ...(after && { after }),
    });
    const { data, paging } = body as {
      data?: CloudApiTemplate[];
      paging?: { next?: string; cursors?: { after?: string } };
    };
    if (!Array.isArray(data)) throw new CloudApiUnknownOutcomeError('no list of templates', status);
    if (!paging?.next) return { templates: data, after: undefined };
    if (!paging.cursors?.after) throw new CloudApiUnknownOutcomeError('next page without cursor', status);
    return { templates: data, after: paging.cursors.after };
  }

  private proofOf({ accessToken, appSecret }: CloudApiAccount): string | undefined {
    if (!appSecret) return undefined;
    if (this.lastProof?.accessToken !== accessToken || this.lastProof.appSecret !== appSecret) {
      this.lastProof = { accessToken, appSecret, proof: appSecretProof(accessToken, appSecret) };
    }
    return this.lastProof.proof;
  }

  private post(account: CloudApiAccount, path: string[], body: object, startBefore?: number): Promise<GraphAnswer> {
    const request = { method: 'POST', body: JSON.stringify(body), maxAnswerBytes: MIB, startBefore } as const;
    return this.call(account, path, {}, request);
  }

  private get(account: CloudApiAccount, path: string[], query: Record<string, string>): Promise<GraphAnswer> {
    return this.call(account, path, query, { method: 'GET', maxAnswerBytes: 10 * MIB });
  }

  private delete(account: CloudApiAccount, path: string[], query: Record<string, string>): Promise<GraphAnswer> {
    return this.call(account, path, query, { method: 'DELETE', maxAnswerBytes: MIB });
  }

  private async call(
    account: CloudApiAccount,
    path: string[],
    query: Record<string, string>,
    request: Omit<HttpRequest, 'path' | 'headers'>,
    headers: Record<string, string> = {},
  ): Promise<GraphAnswer> {
    const proof = this.proofOf(account);
    const search = queryOf(proof === undefined ? query : { ...query, appsecret_proof: proof });
    const answer = await this.transport
      .request({
        ...request,
        path:
          [this.root, account.apiVersion ?? this.apiVersion, ...path.map(segment)].join('/') + (search && `?${search}`),
        headers: {
          authorization: `Bearer ${account.accessToken}`,
          accept: 'application/json',
          'user-agent': 'palomar',
          ...(request.body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      })
      .catch((error: unknown) => {
        throw toCloudApiError(error);
      });
    return readGraphAnswer(answer, [account.accessToken, account.appSecret, proof]);
  }
}

function queryOf(parameters: Record<string, string>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Ids of uploads hold `:` and `=`, which a segment may. */
function segment(text: string): string {
  return encodeURIComponent(text).replace(/%3A|%3D/g, decodeURIComponent);
}

/** Proves to Meta that whoever uses the token also knows the app's secret. */
function appSecretProof(accessToken: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(accessToken).digest('hex');
}

/** Meta has no code of its own for it. */
function isUnknownField(error: unknown): boolean {
  return error instanceof CloudApiRefusal && error.code === 100 && /nonexisting field/i.test(error.title);
}

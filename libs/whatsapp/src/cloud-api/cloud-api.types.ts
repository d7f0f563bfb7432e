/**
 * Meta's shapes, in Meta's own spelling: what is sent, what is answered, what a webhook carries.
 * A field is optional wherever Meta's documentation, or a recorded payload, leaves it out.
 */

/** Words known today, and whatever Meta adds tomorrow. */
export type Open<Known extends string> = Known | (string & {});

// ---------------------------------------------------------------- sending: POST /{phone-number-id}/messages

export type OutgoingMessage = OutgoingEnvelope & MessageContent;

/** `to` (phone number or group id) or `recipient` (business-scoped user id); with both, Meta takes `to`. */
export interface OutgoingEnvelope {
  messaging_product: 'whatsapp';
  recipient_type?: 'individual' | 'group';
  to?: string;
  recipient?: string;
  context?: { message_id: string };
  /** At most 512 characters; comes back in every status of this message. */
  biz_opaque_callback_data?: string;
  recipient_identity_key_hash?: string;
}

export type MessageContent =
  | { type: 'text'; text: TextObject }
  | { type: 'image'; image: MediaObject }
  | { type: 'audio'; audio: MediaObject }
  | { type: 'video'; video: MediaObject }
  | { type: 'document'; document: MediaObject }
  | { type: 'sticker'; sticker: MediaObject }
  | { type: 'location'; location: LocationObject }
  | { type: 'contacts'; contacts: ContactCard[] }
  | { type: 'reaction'; reaction: ReactionObject }
  | { type: 'interactive'; interactive: InteractiveObject }
  | { type: 'template'; template: TemplateObject };

export type OutgoingMessageType = MessageContent['type'];

export interface TextObject {
  body: string;
  preview_url?: boolean;
}

/** Either an uploaded `id` or a public `link`. */
export interface MediaObject {
  id?: string;
  link?: string;
  /** Image, video, document. */
  caption?: string;
  /** Document. */
  filename?: string;
  /** Audio: shown as a voice note. */
  voice?: boolean;
}

export interface LocationObject {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
}

/** An empty `emoji` takes the reaction back. */
export interface ReactionObject {
  message_id: string;
  emoji: string;
}

export interface ContactCard {
  name: {
    formatted_name: string;
    first_name?: string;
    last_name?: string;
    middle_name?: string;
    prefix?: string;
    suffix?: string;
  };
  birthday?: string;
  phones?: { phone?: string; type?: string; wa_id?: string }[];
  emails?: { email?: string; type?: string }[];
  urls?: { url?: string; type?: string }[];
  addresses?: {
    street?: string;
    city?: string;
    state?: string;
    zip?: string;
    country?: string;
    country_code?: string;
    type?: string;
  }[];
  org?: { company?: string; department?: string; title?: string };
}

export interface InteractiveObject {
  type: Open<
    | 'button'
    | 'list'
    | 'cta_url'
    | 'flow'
    | 'location_request_message'
    | 'product'
    | 'product_list'
    | 'catalog_message'
    | 'carousel'
  >;
  header?: {
    type: Open<'text' | 'image' | 'video' | 'document'>;
    text?: string;
    image?: MediaObject;
    video?: MediaObject;
    document?: MediaObject;
  };
  body?: { text: string };
  footer?: { text: string };
  action?: InteractiveAction;
}

export interface InteractiveAction {
  /** List: the label that opens it. */
  button?: string;
  buttons?: { type: 'reply'; reply: { id: string; title: string } }[];
  sections?: {
    title?: string;
    rows?: { id: string; title: string; description?: string }[];
    product_items?: { product_retailer_id: string }[];
  }[];
  name?: string;
  parameters?: Record<string, unknown>;
  catalog_id?: string;
  product_retailer_id?: string;
  cards?: unknown[];
}

export interface TemplateObject {
  name: string;
  language: { code: string; policy?: 'deterministic' };
  components?: TemplateMessageComponent[];
}

export interface TemplateMessageComponent {
  type: Open<'header' | 'body' | 'button' | 'carousel' | 'limited_time_offer'>;
  /** Buttons only. */
  sub_type?: Open<'quick_reply' | 'url' | 'copy_code' | 'flow' | 'catalog' | 'mpm' | 'voice_call' | 'order_details'>;
  /** Buttons only: place among all buttons of the template, from 0. */
  index?: string | number;
  parameters?: TemplateParameter[];
  cards?: { card_index: number; components: TemplateMessageComponent[] }[];
}

export interface TemplateParameter {
  type: Open<
    | 'text'
    | 'currency'
    | 'date_time'
    | 'image'
    | 'video'
    | 'document'
    | 'location'
    | 'payload'
    | 'coupon_code'
    | 'action'
    | 'limited_time_offer'
  >;
  /** Templates with named variables. */
  parameter_name?: string;
  text?: string;
  currency?: { fallback_value: string; code: string; amount_1000: number };
  date_time?: { fallback_value: string };
  image?: MediaObject;
  video?: MediaObject;
  document?: MediaObject;
  location?: LocationObject;
  payload?: string;
  coupon_code?: string;
  action?: Record<string, unknown>;
  limited_time_offer?: { expiration_time_ms: number };
}

export interface SendMessageResponse {
  messaging_product?: string;
  /** `wa_id` when sent to a phone number, `user_id` when sent to a business-scoped user id. */
  contacts?: { input?: string; wa_id?: string; user_id?: string }[];
  messages?: { id?: string; group_id?: string; message_status?: MessageStatusWord }[];
}

export type MessageStatusWord = Open<'accepted' | 'held_for_quality_assessment' | 'paused'>;

// ---------------------------------------------------------------- answers of other calls

/** What stands under `error` in an answer that refuses. */
export interface GraphError {
  code: number;
  message?: string;
  type?: string;
  error_subcode?: number;
  error_data?: { messaging_product?: string; details?: string };
  fbtrace_id?: string;
  is_transient?: boolean;
  /** The two texts for people come in the language of the token's owner. */
  error_user_title?: string;
  error_user_msg?: string;
}

/** `GET /{media-id}`. `file_size` comes as a number and as a string. */
export interface MediaInfo {
  id?: string;
  url: string;
  mime_type?: string;
  /** Hex. */
  sha256?: string;
  file_size?: number | string;
}

export interface PhoneNumberInfo {
  id: string;
  display_phone_number?: string;
  verified_name?: string;
  quality_rating?: Open<'GREEN' | 'YELLOW' | 'RED' | 'NA' | 'UNKNOWN'>;
  status?: Open<
    | 'CONNECTED'
    | 'DISCONNECTED'
    | 'PENDING'
    | 'DELETED'
    | 'MIGRATED'
    | 'BANNED'
    | 'RESTRICTED'
    | 'RATE_LIMITED'
    | 'FLAGGED'
    | 'UNVERIFIED'
  >;
  name_status?: string;
  code_verification_status?: string;
  platform_type?: string;
  account_mode?: string;
  throughput?: { level?: Open<'STANDARD' | 'HIGH' | 'NOT_APPLICABLE'> };
  is_official_business_account?: boolean;
}

export interface CloudApiTemplate {
  id: string;
  name: string;
  language: string;
  status: Open<
    | 'APPROVED'
    | 'PENDING'
    | 'REJECTED'
    | 'PAUSED'
    | 'DISABLED'
    | 'IN_APPEAL'
    | 'PENDING_DELETION'
    | 'DELETED'
    | 'LIMIT_EXCEEDED'
    | 'ARCHIVED'
  >;
  category?: Open<'MARKETING' | 'UTILITY' | 'AUTHENTICATION'>;
  previous_category?: string;
  /** The category Meta finds right, and may put it into. */
  correct_category?: string;
  sub_category?: string;
  message_send_ttl_seconds?: number;
  /** Of Meta's library, when it was made from one. */
  library_template_name?: string;
  /** Absent means positional. */
  parameter_format?: Open<'POSITIONAL' | 'NAMED'>;
  components?: TemplateComponent[];
  quality_score?: { score?: Open<'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN'>; date?: number };
  rejected_reason?: string;
}

/** What `POST /{waba-id}/message_templates` takes. */
export interface NewCloudApiTemplate {
  name: string;
  language: string;
  category: string;
  parameter_format?: 'POSITIONAL' | 'NAMED';
  components?: TemplateComponent[];
  message_send_ttl_seconds?: number;
  [other: string]: unknown;
}

export interface SubmittedTemplate {
  id: string;
  status: CloudApiTemplate['status'];
  category?: CloudApiTemplate['category'];
}

/** What can be changed of a template; all else needs a new one. */
export interface TemplateChanges {
  components?: TemplateComponent[];
  category?: string;
  message_send_ttl_seconds?: number;
}

export interface LibraryFilter {
  search?: string;
  topic?: string;
  usecase?: string;
  industry?: string;
  language?: string;
  name?: string;
  limit?: number;
  after?: string;
}

/** A text that Meta keeps ready, with what it takes to make a template of it. */
export interface LibraryTemplate {
  id: string;
  name: string;
  language: string;
  category?: string;
  topic?: string;
  usecase?: string;
  industry?: string[];
  header?: string;
  body?: string;
  body_params?: string[];
  body_param_types?: string[];
  buttons?: TemplateButton[];
  [other: string]: unknown;
}

export interface LibraryPage {
  templates: LibraryTemplate[];
  /** Cursor of the next page; undefined on the last one. */
  after: string | undefined;
}

/** One part of a template as it was approved, with its `{{placeholders}}`. */
export interface TemplateComponent {
  type: Open<'HEADER' | 'BODY' | 'FOOTER' | 'BUTTONS' | 'CAROUSEL' | 'LIMITED_TIME_OFFER'>;
  /** Headers only. */
  format?: Open<'TEXT' | 'IMAGE' | 'VIDEO' | 'DOCUMENT' | 'LOCATION' | 'GIF'>;
  text?: string;
  example?: TemplateExample;
  buttons?: TemplateButton[];
  cards?: { components: TemplateComponent[] }[];
  [other: string]: unknown;
}

export interface TemplateExample {
  body_text?: string[][];
  body_text_named_params?: { param_name: string; example: string }[];
  header_text?: string[];
  header_text_named_params?: { param_name: string; example: string }[];
  header_handle?: string[];
}

export interface TemplateButton {
  type: Open<'QUICK_REPLY' | 'URL' | 'PHONE_NUMBER' | 'COPY_CODE' | 'OTP' | 'FLOW' | 'CATALOG' | 'MPM'>;
  text?: string;
  url?: string;
  phone_number?: string;
  example?: string | string[];
  [other: string]: unknown;
}

// ---------------------------------------------------------------- webhooks

export interface WebhookEnvelope {
  object: Open<'whatsapp_business_account'>;
  entry: WebhookEntry[];
}

export interface WebhookEntry {
  /** The WABA. */
  id: string;
  /** Unix seconds; absent on `messages`. */
  time?: number;
  changes: WebhookChange[];
}

/** `value` is a `MessagesValue` when `field` is `messages`; other fields each have their own shape. */
export interface WebhookChange {
  field: string;
  value: unknown;
}

export interface MessagesValue {
  messaging_product?: string;
  metadata?: { display_phone_number?: string; phone_number_id?: string };
  contacts?: WebhookContact[];
  messages?: InboundMessage[];
  statuses?: WebhookStatus[];
  /** Tied to no message: trouble of the account, the app or the platform. */
  errors?: WebhookError[];
}

/** Since usernames, every way to identify a person may be missing. */
export interface WebhookContact {
  profile?: { name?: string; username?: string };
  wa_id?: string;
  user_id?: string;
  parent_user_id?: string;
  identity_key_hash?: string;
}

export interface WebhookError {
  code: number;
  title?: string;
  message?: string;
  error_data?: { details?: string };
  /** Old payloads have it here instead of under `error_data`. */
  details?: string;
  href?: string;
}

export interface WebhookStatus {
  /** The wamid of the message we sent. */
  id: string;
  status: Open<'sent' | 'delivered' | 'read' | 'failed' | 'played' | 'deleted' | 'warning'>;
  /** Unix seconds, as text. */
  timestamp: string | number;
  recipient_id?: string;
  recipient_type?: Open<'group'>;
  recipient_user_id?: string;
  /** Meta's pages disagree about the name of this one; either may come. */
  recipient_parent_user_id?: string;
  parent_recipient_user_id?: string;
  recipient_participant_id?: string;
  recipient_participant_user_id?: string;
  recipient_identity_key_hash?: string;
  biz_opaque_callback_data?: string;
  template_id?: string;
  conversation?: { id?: string; expiration_timestamp?: string | number; origin?: { type?: string } };
  pricing?: {
    billable?: boolean;
    pricing_model?: Open<'PMP' | 'CBP'>;
    type?: Open<'regular' | 'free_customer_service' | 'free_entry_point'>;
    category?: string;
  };
  errors?: WebhookError[];
}

export interface InboundMessage {
  id: string;
  /** Missing when the user hides the number. */
  from?: string;
  from_user_id?: string;
  from_parent_user_id?: string;
  /** Unix seconds, as text. */
  timestamp: string | number;
  type: Open<
    | 'text'
    | 'image'
    | 'audio'
    | 'video'
    | 'document'
    | 'sticker'
    | 'location'
    | 'contacts'
    | 'reaction'
    | 'button'
    | 'interactive'
    | 'order'
    | 'system'
    | 'unsupported'
    | 'edit'
    | 'revoke'
  >;
  group_id?: string;
  context?: {
    from?: string;
    id?: string;
    forwarded?: boolean;
    frequently_forwarded?: boolean;
    referred_product?: { catalog_id?: string; product_retailer_id?: string };
  };
  referral?: Record<string, unknown>;
  errors?: WebhookError[];

  text?: { body?: string };
  image?: InboundMedia;
  audio?: InboundMedia;
  video?: InboundMedia;
  document?: InboundMedia;
  sticker?: InboundMedia;
  location?: { latitude?: number; longitude?: number; name?: string; address?: string; url?: string };
  contacts?: (Partial<ContactCard> & { origin?: Open<'contact_request' | 'other'>; vcard?: string })[];
  /** Without `emoji` the reaction was taken back. */
  reaction?: { message_id?: string; emoji?: string };
  /** A quick reply of a template. */
  button?: { payload?: string; text?: string };
  interactive?: {
    type?: Open<'button_reply' | 'list_reply' | 'nfm_reply' | 'call_permission_reply'>;
    button_reply?: { id?: string; title?: string };
    list_reply?: { id?: string; title?: string; description?: string };
    /** `response_json` is JSON as text. */
    nfm_reply?: { name?: string; body?: string; response_json?: string };
    [other: string]: unknown;
  };
  order?: {
    catalog_id?: string;
    text?: string;
    product_items?: { product_retailer_id?: string; quantity?: number; item_price?: number; currency?: string }[];
  };
  system?: {
    type?: Open<'user_changed_number' | 'user_changed_user_id' | 'customer_changed_number'>;
    body?: string;
    wa_id?: string;
    user_id?: string;
    previous_user_id?: string;
    [other: string]: unknown;
  };
  edit?: { original_message_id?: string; message?: unknown };
  revoke?: { original_message_id?: string };
  unsupported?: { type?: string };
}

/** `id` is readable for seven days, `url` only for minutes and with the token. */
export interface InboundMedia {
  id?: string;
  mime_type?: string;
  sha256?: string;
  caption?: string;
  filename?: string;
  voice?: boolean;
  animated?: boolean;
  url?: string;
}

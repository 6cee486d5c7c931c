/** Where a conversation happens. */
export const channels = [
  'email',
  'forum',
  'blog',
  'microblog',
  'review',
  'video',
  'podcast',
  'press',
  'phone',
  'in-person',
  'occasion',
  'messaging',
  'comment',
  'photo',
  'social-network',
  'web',
  'other',
] as const;
export type Channel = (typeof channels)[number];

/** One address of a stakeholder on one channel, and on one site where the channel has many. */
export interface Handle {
  readonly channel: Channel;
  readonly site?: string;
  readonly address: string;
}

/** What another system calls a stakeholder; unique in that system. */
export interface ExternalId {
  readonly system: string;
  readonly id: string;
}

/** Version of the rule by which handles are compared. A new normal form is a new version, and claims afresh. */
export const normalFormRule = 1;

/** The form in which a handle is compared (rule 1): what differs in it only by writing is one handle. */
export const normalForm = ({ channel, site, address }: Handle): string =>
  [channel, plain(site ?? ''), addressForm[channel]?.(address) ?? accountName(address)].join('\n');

/** The form in which an external id is compared: systems tell upper from lower case in ids, not in their own names. */
export const externalIdForm = ({ system, id }: ExternalId): string =>
  [plain(system), id.normalize('NFC').trim()].join('\n');

const plain = (text: string): string => text.normalize('NFKC').trim().toLowerCase();
const accountName = (text: string): string => plain(text).replace(/^@/, '');

const addressForm: Partial<Record<Channel, (address: string) => string>> = {
  // RFC 5321 leaves the local part's case to its host; no mailbox provider tells people apart by it.
  email: (address) =>
    plain(address)
      .replace(/^mailto:/, '')
      .replace(/^.*<([^<>]+)>$/, '$1'),
  // E.164 digits, as far as they can be told without knowing the country.
  phone: (address) =>
    plain(address)
      .replace(/^tel:/, '')
      .replace(/\(0\)/g, '')
      .replace(/[^0-9+]/g, '')
      .replace(/^00/, '+'),
  blog: (address) => pageForm(address),
  web: (address) => pageForm(address),
  press: (address) => pageForm(address),
};

/** A page's address without scheme, `www.` and closing slash; the path keeps its case. */
const pageForm = (address: string): string => {
  const text = address
    .normalize('NFKC')
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/^www\./i, '')
    .replace(/\/+$/, '');
  const slash = text.indexOf('/');
  return slash < 0 ? text.toLowerCase() : text.slice(0, slash).toLowerCase() + text.slice(slash);
};

/** Wrong words on the command line (reliability: command line), each with what the answer must say. */

export interface CommandLine {
  what: string;
  argv: readonly string[];
  /** The beginning of the first line on standard error. */
  says: string | RegExp;
  stdin?: string;
}

const LONG = 'x'.repeat(1024 * 1024);

const unknownCommands: CommandLine[] = [
  { what: 'no command', argv: [], says: 'No command was given.' },
  { what: 'an empty command', argv: [''], says: 'There is no command "".' },
  { what: 'an unknown command', argv: ['snyc'], says: 'There is no command "snyc".' },
  { what: 'a command in capitals', argv: ['SYNC'], says: 'There is no command "SYNC".' },
  { what: 'half a command', argv: ['user'], says: 'There is no command "user".' },
  {
    what: 'an unknown second word',
    argv: ['user', 'ban'],
    says: 'There is no command "user ban".',
  },
  {
    what: 'a flag before the command',
    argv: ['--json', 'sync'],
    says: /^The command stands before/,
  },
  { what: 'only an unknown flag', argv: ['--nope'], says: /^The command stands before/ },
  {
    what: 'a command of a megabyte',
    argv: [LONG],
    says: `There is no command "${'x'.repeat(60)}".`,
  },
  {
    what: 'a command that moves the cursor',
    argv: ['\u001b[2Jsync\nok'],
    says: 'There is no command "?[2Jsync?ok".',
  },
  { what: 'a path', argv: ['../../etc/passwd'], says: /^There is no command/ },
  { what: 'a name of Object.prototype', argv: ['constructor'], says: /^There is no command/ },
  { what: 'two words in one', argv: ['user list extra'], says: /^There is no command/ },
  { what: 'help for an unknown command', argv: ['help', 'snyc'], says: /^There is no command/ },
];

/** Every command that takes no words behind its name and no value of `--nope`. */
const plain = [
  ['serve'],
  ['simulator'],
  ['sync'],
  ['verify'],
  ['migrate'],
  ['doctor'],
  ['rotate-keys'],
  ['user', 'list'],
  ['webhooks', 'list'],
  ['webhooks', 'ensure'],
  ['webhooks', 'remove'],
];

const everywhere: CommandLine[] = plain.flatMap((command): CommandLine[] => {
  const name = command.join(' ');
  return [
    {
      what: `${name}: an unknown flag`,
      argv: [...command, '--nope'],
      says: "Unknown option '--nope'",
    },
    {
      what: `${name}: an unknown short flag`,
      argv: [...command, '-z'],
      says: "Unknown option '-z'",
    },
    {
      what: `${name}: a word too many`,
      argv: [...command, 'word'],
      says: 'There are too many arguments.',
    },
    {
      what: `${name}: a word behind --`,
      argv: [...command, '--', '--help'],
      says: 'There are too many arguments.',
    },
    {
      what: `${name}: an empty word`,
      argv: [...command, ''],
      says: /^(There are too|An argument is)/,
    },
    {
      what: `${name}: a value for a flag that takes none`,
      argv: [...command, '--json=yes'],
      says: "Option '--json' does not take an argument",
    },
    {
      what: `${name}: a megabyte`,
      argv: [...command, LONG],
      says: 'An argument is longer than 4096 characters.',
    },
    {
      what: `${name}: a flag of a megabyte`,
      argv: [...command, `--${LONG}`],
      says: 'An argument is longer than 4096 characters.',
    },
  ];
});

const values: CommandLine[] = [
  { what: 'a value that is missing', argv: ['sync', '--connection'], says: "Option '--connection" },
  {
    what: 'an empty value',
    argv: ['sync', '--connection', ''],
    says: '--connection needs a value.',
  },
  {
    what: 'an empty value with =',
    argv: ['sync', '--connection='],
    says: '--connection needs a value.',
  },
  {
    what: 'a flag where a value belongs',
    argv: ['sync', '--connection', '--full'],
    says: "Option '--connection' argument is ambiguous.",
  },
  { what: 'a half-spelled flag', argv: ['sync', '--conn', 'x'], says: "Unknown option '--conn'" },
  { what: 'a negated flag', argv: ['sync', '--no-full'], says: "Unknown option '--no-full'" },
  {
    what: 'a flag that moves the cursor',
    argv: ['sync', '--\u001b[2J'],
    says: "Unknown option '--?[2J'",
  },
  { what: 'a flag over two lines', argv: ['sync', '--a\nb'], says: /^Unknown option '--a/ },
  { what: 'a port that is no number', argv: ['simulator', '--port', 'http'], says: '--port is a' },
  { what: 'a port that is too high', argv: ['simulator', '--port', '65536'], says: '--port is a' },
  { what: 'a negative port', argv: ['simulator', '--port=-1'], says: '--port is a' },
  { what: 'an unknown story', argv: ['simulator', '--story', 'nope'], says: 'No story is called' },
  {
    what: 'a story of no size',
    argv: ['simulator', '--story', 'thousand:0'],
    says: 'No story is called',
  },
  {
    what: 'a story of Object.prototype',
    argv: ['simulator', '--story', 'constructor'],
    says: 'No story is called',
  },
];

const days = ['0', '366', '1.5', '1e2', ' 7', '7d', '٧', '0x10', '9999999999'].map(
  (text): CommandLine => ({
    what: `user token for "${text}" days`,
    argv: ['user', 'token', '--days', text],
    says: '--days is a whole number from 1 to 365.',
  }),
);

const addresses = ['', ' ', 'nobody', '@', 'a@', '@b', 'a b@c.example', 'a@b\nc', 'a@b@c'].map(
  (text): CommandLine => ({
    what: `user add of "${text}"`,
    argv: ['user', 'add', text, '--password-stdin'],
    says: /^(EMAIL is not an e-mail address|An argument is empty)\./,
    stdin: 'a good long password',
  }),
);

const users: CommandLine[] = [
  { what: 'user add of nobody', argv: ['user', 'add'], says: 'An argument is missing.' },
  {
    what: 'user add of two',
    argv: ['user', 'add', 'a@b.example', 'c@d.example'],
    says: 'There are too many arguments.',
  },
  {
    what: 'an address that begins with -',
    argv: ['user', 'add', '-a@b.example', '--password-stdin'],
    says: "Unknown option '-a'",
  },
  {
    what: 'a password on the command line',
    argv: ['user', 'add', 'a@b.example', '--password', 'x'],
    says: "Unknown option '--password'",
  },
  {
    what: 'user add without --password-stdin',
    argv: ['user', 'add', 'a@b.example'],
    says: '--password-stdin is needed',
  },
  {
    what: 'days that look like a flag',
    argv: ['user', 'token', '--days', '-1'],
    says: "Option '--days' argument is ambiguous.",
  },
  {
    what: 'an empty address',
    argv: ['user', 'token', ''],
    says: 'An argument is empty.',
  },
  { what: 'webhooks replay of nothing', argv: ['webhooks', 'replay'], says: 'Name one delivery' },
  {
    what: 'webhooks replay of one and of all',
    argv: ['webhooks', 'replay', 'x', '--failed'],
    says: 'Name one delivery',
  },
];

export const commandLines: readonly CommandLine[] = [
  ...unknownCommands,
  ...everywhere,
  ...values,
  ...days,
  ...addresses,
  ...users,
];

/** The commands, each loaded only when it is meant: what a registry needs, `promptforge render` need not load. */
import type { Command } from 'commander';

export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  readonly load: () => Promise<Command>;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandEntry[];
}

/** By what they are for, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    title: 'Prompts of a registry:',
    commands: [
      {
        name: 'connect',
        description: 'make this folder a working copy of a registry',
        load: async () => (await import('./commands/connect.ts')).connectCommand(),
      },
      {
        name: 'login',
        description: 'keep a key in the keychain of this machine, where VS Code finds it too',
        load: async () => (await import('./commands/login.ts')).loginCommand(),
      },
      {
        name: 'logout',
        description: 'take a key out of the keychain again',
        load: async () => (await import('./commands/logout.ts')).logoutCommand(),
      },
      {
        name: 'whoami',
        description: 'say who you are at the registry, with each of your keys',
        load: async () => (await import('./commands/whoami.ts')).whoamiCommand(),
      },
      {
        name: 'status',
        description: 'list the prompts whose files are not as in the registry',
        load: async () => (await import('./commands/status.ts')).statusCommand(),
      },
      {
        name: 'new',
        description: 'make the file of a prompt',
        load: async () => (await import('./commands/new.ts')).newCommand(),
      },
      {
        name: 'diff',
        description: 'show what was edited here',
        load: async () => (await import('./commands/diff.ts')).diffCommand(),
      },
      {
        name: 'pull',
        description: 'bring files to the newest versions',
        load: async () => (await import('./commands/pull.ts')).pullCommand(),
      },
      {
        name: 'publish',
        description: 'publish the prompts that changed',
        load: async () => (await import('./commands/publish.ts')).publishCommand(),
      },
      {
        name: 'resolve',
        description: 'after a conflict: say which version a file takes into account',
        load: async () => (await import('./commands/resolve.ts')).resolveCommand(),
      },
      {
        name: 'archive',
        description: 'have prompts take no more versions',
        load: async () => (await import('./commands/archive.ts')).archiveCommand(),
      },
      {
        name: 'restore',
        description: 'undo an archive',
        load: async () => (await import('./commands/restore.ts')).restoreCommand(),
      },
      {
        name: 'log',
        description: 'list the versions of a prompt',
        load: async () => (await import('./commands/log.ts')).logCommand(),
      },
      {
        name: 'blame',
        description: 'say for each sentence which version last changed it',
        load: async () => (await import('./commands/blame.ts')).blameCommand(),
      },
      {
        name: 'search',
        description: 'find the versions that added a text, or removed it',
        load: async () => (await import('./commands/search.ts')).searchCommand(),
      },
      {
        name: 'show',
        description: 'print the source of a version',
        load: async () => (await import('./commands/show.ts')).showCommand(),
      },
      {
        name: 'promote',
        description: 'have a version live in an environment, or ask for it',
        load: async () => (await import('./commands/promote.ts')).promoteCommand(),
      },
      {
        name: 'rollback',
        description: 'go back to a version that was live in an environment',
        load: async () => (await import('./commands/rollback.ts')).rollbackCommand(),
      },
      {
        name: 'releases',
        description: 'list what was promoted together under one id',
        load: async () => (await import('./commands/releases.ts')).releasesCommand(),
      },
      {
        name: 'release',
        description: 'show, approve, reject, cancel or roll back what was promoted together',
        load: async () => (await import('./commands/release.ts')).releaseCommand(),
      },
      {
        name: 'drill',
        description: 'practice a rollback away from production, and time each step',
        load: async () => (await import('./commands/drill.ts')).drillCommand(),
      },
      {
        name: 'owners',
        description: 'show and change of whom one must approve which prompts in an environment',
        load: async () => (await import('./commands/owners.ts')).ownersCommand(),
      },
      {
        name: 'live',
        description: 'say which text of a prompt was live at an instant, and what made it so',
        load: async () => (await import('./commands/live.ts')).liveCommand(),
      },
    ],
  },
  {
    title: 'Prompt files and applications:',
    commands: [
      {
        name: 'check',
        description: 'say what keeps prompt files from being published',
        load: async () => (await import('./commands/check.ts')).checkCommand(),
      },
      {
        name: 'render',
        description: 'render a prompt file with an input',
        load: async () => (await import('./commands/render.ts')).renderCommand(),
      },
      {
        name: 'generate',
        description: 'write the names, inputs and outputs of prompts as TypeScript types',
        load: async () => (await import('./commands/generate.ts')).generateCommand(),
      },
      {
        name: 'snapshot',
        description:
          'write what an environment serves into a file, for applications that start without the registry',
        load: async () => (await import('./commands/snapshot.ts')).snapshotCommand(),
      },
    ],
  },
  {
    title: 'Running a registry:',
    commands: [
      {
        name: 'serve',
        description: 'run the registry on a data folder or a database',
        load: async () => (await import('./commands/serve.ts')).serveCommand(),
      },
      {
        name: 'keys',
        description: 'make, list, replace and revoke keys, also while "serve" runs',
        load: async () => (await import('./commands/keys.ts')).keysCommand(),
      },
      {
        name: 'environments',
        description: 'list the environments and change what their policies allow',
        load: async () => (await import('./commands/environments.ts')).environmentsCommand(),
      },
      {
        name: 'webhooks',
        description: 'tell other systems, Slack and Teams of promotions: add, list, test and remove webhooks',
        load: async () => (await import('./commands/webhooks.ts')).webhooksCommand(),
      },
      {
        name: 'migrate',
        description: "make the schema of a registry's database, or bring it forward",
        load: async () => (await import('./commands/migrate.ts')).migrateCommand(),
      },
      {
        name: 'backup',
        description: 'copy a data folder as it is at this moment, also while "serve" writes to it',
        load: async () => (await import('./commands/backup.ts')).backupCommand(),
      },
      {
        name: 'copy',
        description: 'copy a registry to another place: data folder or database, with its log as it is',
        load: async () => (await import('./commands/copy.ts')).copyCommand(),
      },
    ],
  },
  {
    title: 'Proving its log:',
    commands: [
      {
        name: 'verify',
        description: 'check that nobody changed the log, a source or a table behind the registry',
        load: async () => (await import('./commands/verify.ts')).verifyCommand(),
      },
      {
        name: 'accept-head',
        description: 'after a restore: verify the log as it is now, record that, and have it served again',
        load: async () => (await import('./commands/accept-head.ts')).acceptHeadCommand(),
      },
      {
        name: 'accept-clock',
        description: 'confirm that the clock is right, though it is far ahead of the newest event',
        load: async () => (await import('./commands/accept-clock.ts')).acceptClockCommand(),
      },
      {
        name: 'signing-key',
        description: 'the key with which the registry signs its log',
        load: async () => (await import('./commands/signing-key.ts')).signingKeyCommand(),
      },
      {
        name: 'witness',
        description: 'keep the heads that a registry signs, and raise an alarm when it forks its log',
        load: async () => (await import('./commands/witness.ts')).witnessCommand(),
      },
      {
        name: 'export',
        description: 'write the log as JSON Lines, one event a line, as /v1/changes gives them',
        load: async () => (await import('./commands/export.ts')).exportCommand(),
      },
    ],
  },
];

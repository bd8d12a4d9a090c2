/** The commands, each loaded only when needed: `promptforge render` does not load the registry. */
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

/** By purpose, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    title: 'Prompts of a registry:',
    commands: [
      {
        name: 'connect',
        description: 'turn this folder into a working copy of a registry',
        load: async () => (await import('./commands/connect.ts')).connectCommand(),
      },
      {
        name: 'login',
        description: 'store a key in the keychain of this machine, where VS Code finds it too',
        load: async () => (await import('./commands/login.ts')).loginCommand(),
      },
      {
        name: 'logout',
        description: 'remove a key from the keychain',
        load: async () => (await import('./commands/logout.ts')).logoutCommand(),
      },
      {
        name: 'whoami',
        description: 'show who you are at the registry, for each of your keys',
        load: async () => (await import('./commands/whoami.ts')).whoamiCommand(),
      },
      {
        name: 'status',
        description: 'list the prompts whose files differ from the registry',
        load: async () => (await import('./commands/status.ts')).statusCommand(),
      },
      {
        name: 'new',
        description: 'create the file of a prompt',
        load: async () => (await import('./commands/new.ts')).newCommand(),
      },
      {
        name: 'diff',
        description: 'show local edits',
        load: async () => (await import('./commands/diff.ts')).diffCommand(),
      },
      {
        name: 'pull',
        description: 'update files to the newest versions',
        load: async () => (await import('./commands/pull.ts')).pullCommand(),
      },
      {
        name: 'publish',
        description: 'publish the prompts that changed',
        load: async () => (await import('./commands/publish.ts')).publishCommand(),
      },
      {
        name: 'resolve',
        description: 'after a conflict: mark the version that a file takes into account',
        load: async () => (await import('./commands/resolve.ts')).resolveCommand(),
      },
      {
        name: 'archive',
        description: 'archive prompts, so that they take no new versions',
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
        description: 'show which version last changed each sentence',
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
        description: 'promote a version to an environment, or request it',
        load: async () => (await import('./commands/promote.ts')).promoteCommand(),
      },
      {
        name: 'rollback',
        description: 'go back to a version that was live in an environment',
        load: async () => (await import('./commands/rollback.ts')).rollbackCommand(),
      },
      {
        name: 'releases',
        description: 'list the releases: versions promoted together',
        load: async () => (await import('./commands/releases.ts')).releasesCommand(),
      },
      {
        name: 'release',
        description: 'show, approve, reject, cancel or roll back a release',
        load: async () => (await import('./commands/release.ts')).releaseCommand(),
      },
      {
        name: 'drill',
        description: 'practice a rollback away from production, and time each step',
        load: async () => (await import('./commands/drill.ts')).drillCommand(),
      },
      {
        name: 'owners',
        description: 'show and change the owners who must approve prompts in an environment',
        load: async () => (await import('./commands/owners.ts')).ownersCommand(),
      },
      {
        name: 'live',
        description: 'show the text of a prompt that was live at an instant, and why',
        load: async () => (await import('./commands/live.ts')).liveCommand(),
      },
    ],
  },
  {
    title: 'Prompt files and applications:',
    commands: [
      {
        name: 'lsp',
        description: 'speak the Language Server Protocol with an editor',
        load: async () => (await import('./commands/lsp.ts')).lspCommand(),
      },
      {
        name: 'check',
        description: 'find what keeps prompt files from being published',
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
          'write what an environment serves to a file, for applications that start without the registry',
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
        description: 'create, list, replace and revoke keys, also while "serve" runs',
        load: async () => (await import('./commands/keys.ts')).keysCommand(),
      },
      {
        name: 'environments',
        description: 'list the environments and change what their policies allow',
        load: async () => (await import('./commands/environments.ts')).environmentsCommand(),
      },
      {
        name: 'webhooks',
        description: 'notify other systems, Slack and Teams: add, list, test and remove webhooks',
        load: async () => (await import('./commands/webhooks.ts')).webhooksCommand(),
      },
      {
        name: 'migrate',
        description: "create or upgrade the schema of a registry's database",
        load: async () => (await import('./commands/migrate.ts')).migrateCommand(),
      },
      {
        name: 'backup',
        description: 'back up a data folder, also while "serve" writes to it',
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
        description: 'check that the log, the sources and the tables were not tampered with',
        load: async () => (await import('./commands/verify.ts')).verifyCommand(),
      },
      {
        name: 'accept-head',
        description: 'after a restore: verify the log, record that, and allow it to be served again',
        load: async () => (await import('./commands/accept-head.ts')).acceptHeadCommand(),
      },
      {
        name: 'accept-clock',
        description: 'confirm that the clock is right, although it is far ahead of the newest event',
        load: async () => (await import('./commands/accept-clock.ts')).acceptClockCommand(),
      },
      {
        name: 'signing-key',
        description: 'the key with which the registry signs its log',
        load: async () => (await import('./commands/signing-key.ts')).signingKeyCommand(),
      },
      {
        name: 'witness',
        description: 'record the heads that a registry signs, and raise an alarm if it forks its log',
        load: async () => (await import('./commands/witness.ts')).witnessCommand(),
      },
      {
        name: 'export',
        description: 'write the log as JSON Lines, one event per line, as /v1/changes returns them',
        load: async () => (await import('./commands/export.ts')).exportCommand(),
      },
    ],
  },
];

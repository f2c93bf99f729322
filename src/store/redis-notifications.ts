/**
 * Notifies waiting workers of changed records, by Redis publish and subscribe on a connection of its own. The connection is opened for
 * the first worker that waits, and closed when none has waited for a while. A lost notification does no harm: waiting workers also poll.
 */
import type { RedisConnection, Subscriber } from "./redis-client.ts";

export interface ChangeNotifier {
  /** Calls back at each change on the channel, and once when the subscription has started, since earlier changes were not notified. */
  subscribe(channel: string, onChange: () => void): ChangeSubscription;
  close(): void;
}

export interface ChangeSubscription {
  /** True when changes are being notified. */
  readonly isActive: boolean;
  unsubscribe(): void;
}

interface Channel {
  readonly listeners: Set<() => void>;
  isActive: boolean;
}

const idleInMs = 5_000;

export function createChangeNotifier(connection: RedisConnection): ChangeNotifier {
  const channels = new Map<string, Channel>();
  /** The last command for each channel. Commands run one after another: clients confuse a subscription with the end of the one before. */
  const commands = new Map<string, Promise<unknown>>();
  let connecting: Promise<Subscriber> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const notify = (name: string) => {
    for (const onChange of [...(channels.get(name)?.listeners ?? [])]) onChange();
  };

  function connect(): Promise<Subscriber> {
    if (connecting) return connecting;
    const mine = connection.listen(notify);
    connecting = mine;
    mine.catch(() => {
      if (connecting === mine) connecting = undefined;
    });
    return mine;
  }

  function close(): void {
    clearTimeout(idle);
    connecting?.then((subscriber) => subscriber.close()).catch(() => {});
    connecting = undefined;
    channels.clear();
    commands.clear();
  }
  connection.onEnd(close);

  /** Runs a command after the channel's earlier ones. */
  function run(name: string, command: "subscribe" | "unsubscribe"): Promise<unknown> {
    const subscriber = connect();
    const before = commands.get(name) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(async () => (await subscriber)[command](name));
    commands.set(name, mine);
    const clear = () => {
      if (commands.get(name) === mine) commands.delete(name);
    };
    mine.then(clear, clear);
    return mine;
  }

  function open(name: string): Channel {
    const channel: Channel = { listeners: new Set(), isActive: false };
    channels.set(name, channel);
    const start = () => {
      if (channels.get(name) !== channel) return;
      channel.isActive = true;
      notify(name);
    };
    run(name, "subscribe").then(start, () => {});
    return channel;
  }

  function leave(name: string, channel: Channel, onChange: () => void): void {
    channel.listeners.delete(onChange);
    if (channel.listeners.size > 0 || channels.get(name) !== channel) return;
    channels.delete(name);
    if (connecting) run(name, "unsubscribe").catch(() => {});
    if (channels.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (channels.size === 0) close();
    }, idleInMs);
    // Node's timer must not keep the process alive; other platforms' timers are numbers.
    if (typeof idle === "object") idle.unref();
  }

  return {
    subscribe(name, onChange) {
      const channel = channels.get(name) ?? open(name);
      channel.listeners.add(onChange);
      if (channel.isActive) onChange();
      return {
        get isActive() {
          return channel.isActive;
        },
        unsubscribe: () => leave(name, channel, onChange),
      };
    },
    close,
  };
}

/**
 * Rings when a record changed: publish and subscribe, on a connection that is made when the first worker waits and closed when
 * none has waited for a while. A bell that does not ring harms nobody: whoever waits also looks from time to time.
 */
import type { RedisConnection, Subscriber } from "./redis-client.ts";

export interface ChangeNotifier {
  /** Calls back at each change on the channel, and once when that has begun: what changed before was not told. */
  subscribe(channel: string, onRing: () => void): ChangeSubscription;
  close(): void;
}

export interface ChangeSubscription {
  /** Changes are told now. */
  readonly isActive: boolean;
  unsubscribe(): void;
}

interface Room {
  readonly listeners: Set<() => void>;
  rings: boolean;
}

const idleInMs = 5_000;

export function createChangeNotifier(connection: RedisConnection): ChangeNotifier {
  const rooms = new Map<string, Room>();
  /** What was last asked of the server for a channel: clients confuse a subscription with the end of the one before. */
  const asked = new Map<string, Promise<unknown>>();
  let connecting: Promise<Subscriber> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const ring = (channel: string) => {
    for (const onRing of [...(rooms.get(channel)?.listeners ?? [])]) onRing();
  };

  function connect(): Promise<Subscriber> {
    if (connecting) return connecting;
    const mine = connection.listen(ring);
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
    rooms.clear();
    asked.clear();
  }
  connection.onEnd(close);

  /** After what was asked before. */
  function ask(channel: string, what: "subscribe" | "unsubscribe"): Promise<unknown> {
    const subscriber = connect();
    const before = asked.get(channel) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(async () => (await subscriber)[what](channel));
    asked.set(channel, mine);
    const clear = () => {
      if (asked.get(channel) === mine) asked.delete(channel);
    };
    mine.then(clear, clear);
    return mine;
  }

  function open(channel: string): Room {
    const room: Room = { listeners: new Set(), rings: false };
    rooms.set(channel, room);
    const begin = () => {
      if (rooms.get(channel) !== room) return;
      room.rings = true;
      ring(channel);
    };
    ask(channel, "subscribe").then(begin, () => {});
    return room;
  }

  function leave(channel: string, room: Room, onRing: () => void): void {
    room.listeners.delete(onRing);
    if (room.listeners.size > 0 || rooms.get(channel) !== room) return;
    rooms.delete(channel);
    if (connecting) ask(channel, "unsubscribe").catch(() => {});
    if (rooms.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (rooms.size === 0) close();
    }, idleInMs);
    // Node's timers can be told to keep no process alive; others' are numbers.
    if (typeof idle === "object") idle.unref();
  }

  return {
    subscribe(channel, onRing) {
      const room = rooms.get(channel) ?? open(channel);
      room.listeners.add(onRing);
      if (room.rings) onRing();
      return {
        get isActive() {
          return room.rings;
        },
        unsubscribe: () => leave(channel, room, onRing),
      };
    },
    close,
  };
}

/**
 * The operations of the Redis store, each an atomic script on the one hash of a credential. Numbers are passed and returned as text,
 * since Redis truncates the integers of a reply; `%.0f` writes them whole.
 *
 * The hash expires an hour after its last lease, or when its record can no longer be used. `epoch` is the server's run id at the last
 * commit: a different run id means a restart or a failover, after which later commits may be lost.
 */
const shared = `
local function text(number) return string.format('%.0f', number) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function epoch()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
end
local hash = redis.call('HMGET', KEYS[1], 'record', 'version', 'sequence', 'fence', 'ttl', 'until', 'epoch')
local fence, ttl, ends = tonumber(hash[4] or 0), tonumber(hash[5] or 0), tonumber(hash[6] or 0)
-- A lease that ends later than its duration from now was granted before the server's clock was set back.
local leased = fence > 0 and ends > now and ends - now <= ttl
local function tell() redis.pcall('PUBLISH', KEYS[1] .. ':changed', hash[2] or '0') end
local function snapshot(own)
  local old = hash[1] and hash[7] and hash[7] ~= epoch()
  return {hash[1] or '', hash[1] and '1' or '0', hash[2] or '0', text(now), hash[3] or '0', old and '1' or '0',
    leased and text(ends - now) or '0', own, KEYS[1]}
end
`;

/** ARGV: none. */
export const readScript = `${shared}return snapshot('0')`;

/** ARGV: owner, ttl, the highest number this worker has seen. The clock keeps numbers growing after Redis was emptied. */
export const acquireScript = `${shared}
if leased then return false end
local own = text(math.max(tonumber(hash[3] or 0) + 1, tonumber(ARGV[3]) + 1, now))
redis.call('HSET', KEYS[1], 'sequence', own, 'fence', own, 'owner', ARGV[1], 'ttl', ARGV[2], 'until', text(now + ARGV[2]))
local left = redis.call('PTTL', KEYS[1])
if left < ARGV[2] + 3600000 then redis.call('PEXPIRE', KEYS[1], text(ARGV[2] + 3600000)) end
return snapshot(own)`;

/** ARGV: fence, record, how long to keep it, whether the lease ends. */
export const commitScript = `${shared}
if hash[4] ~= ARGV[1] or fence == 0 then return '0' end
hash[2] = text(hash[3] + 1)
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'version', hash[2], 'sequence', hash[2], 'epoch', epoch(),
  'fence', ARGV[4] == '1' and '0' or ARGV[1], 'until', text(now + ttl))
redis.call('PEXPIRE', KEYS[1], text(math.max(ARGV[3], ttl + 3600000)))
tell()
return '1'`;

/** ARGV: fence. */
export const releaseScript = `${shared}
if hash[4] ~= ARGV[1] then return '0' end
redis.call('HSET', KEYS[1], 'fence', '0')
tell()
return '1'`;

-- Makes a group if it is not there.
-- KEYS: 1 stream, 2 groups, 3 retry, 4 attempts, 5 stream of replayed messages, 6 its retry
-- ARGV: 1 group, 2 where a new group starts, as in position_before, 3 application,
--       4 '1' if the caller has seen the group before
-- Returns: { 'there', 'made' or 'made-again', entry id after which it starts if it was made,
--   the application that made it, 1 if it is paused }
local stream, groups, retry, attempts, replayed, replayed_retry = unpack(KEYS)
local group = ARGV[1]
expect(stream, 'stream')
expect(groups, 'hash')
expect(replayed, 'stream')
expect(replayed_retry, 'zset')
-- A write that is allowed at maxmemory, see keep_registrations: without a group nothing is ever
-- finished and removed
redis.call('persist', groups)

-- What is in the stream of replayed messages is not finished
if redis.call('exists', replayed) == 1 and not group_of(replayed, group) then
  redis.call('xgroup', 'create', replayed, group, '0')
  for _, entry in ipairs(redis.call('xrange', replayed, '-', '+')) do
    redis.call('xclaim', replayed, group, parked, 0, entry[1], 'force', 'justid')
    redis.call('zadd', replayed_retry, text_of(now_millis()), entry[1])
  end
end
local paused = redis.call('hget', groups, 'paused:' .. group) == '1' and 1 or 0

if group_of(stream, group) then
  redis.call('hdel', groups, 'lost:' .. group)
  local maker = redis.call('hget', groups, 'application:' .. group)
  if not maker then
    redis.call('hset', groups, 'application:' .. group, ARGV[3])
    maker = ARGV[3]
  end
  return { 'there', '', maker, paused }
end

local lost = ARGV[4] == '1' or redis.call('hexists', groups, 'created:' .. group) == 1
local last = last_generated(stream)
local position = '0-0'
if lost then
  -- Everything up to the low-water mark is finished; what was last delivered may not be
  local low = redis.call('hget', groups, 'low:' .. group)
  if low and not less(last, low) then
    position = low
  end
  redis.call('del', retry, attempts)
  note_second_delivery(stream, groups, group)
else
  position = position_before(ARGV[2], last)
end
redis.call('xgroup', 'create', stream, group, position, 'mkstream')
redis.call('hdel', groups, 'lost:' .. group)
redis.call('hset', groups, 'created:' .. group, text_of(now_millis()), 'low:' .. group, position,
  'application:' .. group, ARGV[3])
return { lost and 'made-again' or 'made', position, ARGV[3], paused }

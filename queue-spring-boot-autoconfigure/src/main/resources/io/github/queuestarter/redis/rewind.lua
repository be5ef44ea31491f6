-- Sets a group to a position, and takes from it what it has pending behind the position: it is new to the group again.
-- KEYS: 1 stream, 2 groups, 3 retry, 4 attempts
-- ARGV: 1 group, 2 the position, as in position_before, or '' to go on taking, 3 how many to take at most
-- Returns: { 1 if there is such a group, else 0, 1 if there is more to take,
--   id, and fields and values, of the first entry that the group gets, if there is one }
local stream, groups, retry, attempts = unpack(KEYS)
local name, limit, step = ARGV[1], tonumber(ARGV[3]), 1000
expect(groups, 'hash')
expect(retry, 'zset')
expect(attempts, 'hash')
local group = group_of(stream, name)
if not group then
  return { 0, 0 }
end
-- A write that is allowed at maxmemory, see keep_registrations
redis.call('persist', groups)
local position = group['last-delivered-id']
if ARGV[2] ~= '' then
  position = position_before(ARGV[2], last_generated(stream))
  redis.call('xgroup', 'setid', stream, name, position)
  note_second_delivery(stream, groups, name)
end

-- What is pending behind the position is from before: the group has yet to come to it. Who dies between two calls
-- leaves some of it pending; its next delivery takes it over
local pending = redis.call('xpending', stream, name, '(' .. position, '+', limit)
for from = 1, #pending, step do
  local ids = {}
  for i = from, math.min(#pending, from + step - 1) do
    ids[#ids + 1] = pending[i][1]
  end
  redis.call('xack', stream, name, unpack(ids))
  redis.call('zrem', retry, unpack(ids))
  redis.call('hdel', attempts, unpack(ids))
end

-- Up to here all is finished, should the group get lost
local low = position
local oldest = redis.call('xpending', stream, name)[2]
if oldest and less(before(oldest), low) then
  low = before(oldest)
end
redis.call('hset', groups, 'low:' .. name, low)

local answer = { 1, #pending == limit and 1 or 0 }
local first = redis.call('xrange', stream, '(' .. position, '+', 'count', 1)[1]
if first then
  answer[3] = first[1]
  answer[4] = first[2]
end
return answer

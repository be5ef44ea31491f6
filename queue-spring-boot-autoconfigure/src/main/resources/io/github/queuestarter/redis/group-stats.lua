-- Tells how a group stands.
-- KEYS: 1 stream, 2 groups, 3 retry, 4 stream of replayed messages, 5 their retry, 6 dead letters, 7 scheduled
-- ARGV: 1 group, 2 how far to count
-- Returns: {} if there is no such group, else { 1 if paused, ready, 1 if ready stopped counting,
--   in flight, retrying, scheduled, dead letters, milliseconds since it was read }
local stream, groups, retry, replayed, replayed_retry, dead, scheduled = unpack(KEYS)
local name, cap = ARGV[1], tonumber(ARGV[2])
local group = group_of(stream, name)
if not group then
  return {}
end

local function held(key)
  local count = 0
  for _, flat in ipairs(redis.call('xinfo', 'consumers', key, name)) do
    local consumer = map_of(flat)
    if consumer['name'] ~= parked then
      count = count + consumer['pending']
    end
  end
  return count
end

-- Servers before 7.0 have no lag, later ones lose it when an entry was deleted, and count entries
-- as unread for ever that were deleted before a group came to them
local function count_ready()
  local last = group['last-delivered-id']
  local info = map_of(redis.call('xinfo', 'stream', stream))
  if info['last-generated-id'] == last then
    return 0
  end
  if last == '0-0' then
    return info['length']
  end
  local count = 0
  repeat
    local page = redis.call('xrange', stream, '(' .. last, '+', 'count', 100)
    count = count + #page
    if #page > 0 then
      last = page[#page][1]
    end
  until #page < 100 or count >= cap
  return count
end

local ready, capped = group['lag'], 0
-- More than there is: somebody else has trimmed the stream
if not ready or ready > redis.call('xlen', stream) or redis.call('hexists', groups, 'unread-removed') == 1 then
  ready = count_ready()
  if ready >= cap and group['last-delivered-id'] ~= '0-0' then
    capped = 1
  end
end
local in_flight = held(stream)
if group_of(replayed, name) then
  in_flight = in_flight + held(replayed)
end
return { redis.call('hget', groups, 'paused:' .. name) == '1' and 1 or 0, ready, capped, in_flight,
  redis.call('zcard', retry) + redis.call('zcard', replayed_retry), redis.call('zcard', scheduled),
  redis.call('xlen', dead), idle_of(stream, groups, name, now_millis()) or 0 }

-- Takes over what consumers hold that are gone, and repairs the retry set.
-- KEYS: 1 consumers, 2 stream, 3 retry, 4 attempts, 5 groups
-- ARGV: 1 ttl of registrations (ms), 2 group, 3 milliseconds after which a message of another client's
--       consumer is taken over, 4 how many at most
-- Returns: { how many were taken over, 1 if there may be more }
local consumers, stream, retry, attempts_key, groups = unpack(KEYS)
local group, foreign_idle, limit = ARGV[2], ARGV[3], tonumber(ARGV[4])
expect(consumers, 'hash')
expect(retry, 'zset')
expect(attempts_key, 'hash')
if not group_of(stream, group) then
  return { 0, 0 }
end
keep_registrations(consumers, ARGV[1])
local now = now_millis()
local rescued = 0
-- Nobody would bring the retries of a group that only other clients read
local read_by_us = redis.call('hexists', groups, 'application:' .. group) == 1

local function take_over(name, entries)
  for _, entry in ipairs(entries) do
    local id = entry[1]
    local attempts = read_attempts(attempts_key, id)
    attempts.crashes = attempts.crashes + 1
    if attempts.mark == 'alone=' .. name then
      attempts.mark = 'crashed-alone'
    end
    park(stream, group, retry, id, now)
    write_attempts(attempts_key, id, attempts)
    rescued = rescued + 1
  end
end

local function repair()
  local from, pages, page = '-', 0, nil
  repeat
    page = redis.call('xpending', stream, group, from, '+', limit, parked)
    for _, entry in ipairs(page) do
      if not redis.call('zscore', retry, entry[1]) then
        redis.call('zadd', retry, text_of(now), entry[1])
      end
      from = '(' .. entry[1]
    end
    pages = pages + 1
  until #page < limit or pages == 20
end

for _, flat in ipairs(redis.call('xinfo', 'consumers', stream, group)) do
  local consumer = map_of(flat)
  local name, pending = consumer['name'], consumer['pending']
  if name == parked then
    if pending > redis.call('zcard', retry) then
      repair()
    end
  elseif string.sub(name, 1, #ours) == ours then
    if redis.call('hexists', consumers, name) == 0 then
      if pending == 0 then
        redis.call('xgroup', 'delconsumer', stream, group, name)
      elseif rescued < limit then
        take_over(name, redis.call('xpending', stream, group, '-', '+', limit - rescued, name))
      end
    end
  elseif pending > 0 and rescued < limit and read_by_us then
    local idle = redis.call('xpending', stream, group, 'idle', foreign_idle, '-', '+', limit - rescued, name)
    if #idle > 0 then
      -- It may have claimed them from one of ours
      note_second_delivery(stream, groups, group)
    end
    take_over(name, idle)
  end
end
return { rescued, rescued == limit and 1 or 0 }

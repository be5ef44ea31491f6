-- Claims messages of a group whose time has come.
-- KEYS: 1 consumers, 2 groups, then stream, retry, attempts of each lane
-- ARGV: 1 ttl of registrations (ms), 2 group, 3 consumer, 4 how many at most, 5 how many of
--       them may have crashes, 6 how many to look at per lane, 7 how many to pass over first
-- Returns: { 1 if paused, milliseconds until the next is due or -1, how many were gone from
--   their stream, how many to pass over next time as long as none may have crashes,
--   { lane from 0, entry id, delivery, failures, crashes, 1 if crashed alone,
--   first failure (ms) or '-', fields and values } ... }
local consumers, groups = KEYS[1], KEYS[2]
local group, consumer = ARGV[2], ARGV[3]
local room, suspects, look = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local pass_over, page_size = tonumber(ARGV[7]), 100
local lanes = (#KEYS - 2) / 3

expect(consumers, 'hash')
for lane = 0, lanes - 1 do
  expect(KEYS[3 + 3 * lane], 'stream')
  expect(KEYS[4 + 3 * lane], 'zset')
  expect(KEYS[5 + 3 * lane], 'hash')
end
local paused = redis.call('hget', groups, 'paused:' .. group) == '1'
if paused or redis.call('hexists', consumers, consumer) == 0 then
  return { paused and 1 or 0, -1, 0, 0 }
end

local now = now_millis()
local answer = { 0, -1, 0, 0 }
local claimed, lost, next_due = 0, 0, -1

local function wait_until(due)
  local wait = math.max(0, due - now)
  if next_due < 0 or wait < next_due then
    next_due = wait
  end
end

local function claim(lane, stream, retry, attempts_key, id)
  local delivery = delivery_of(stream, group, id, parked)
  if not delivery then
    -- Taken or settled by a client that does not know of the retry set, or gone: Redis 7
    -- forgets a gone entry as soon as it is claimed, also for the retry set
    redis.call('zrem', retry, id)
    if #redis.call('xpending', stream, group, id, id, 1) == 0 then
      redis.call('hdel', attempts_key, id)
      if #redis.call('xrange', stream, id, id) == 0 then
        lost = lost + 1
      end
    end
    return
  end
  local entry = redis.call('xclaim', stream, group, consumer, 0, id)[1]
  redis.call('zrem', retry, id)
  if not entry or not entry[2] then
    redis.call('xack', stream, group, id)
    redis.call('hdel', attempts_key, id)
    lost = lost + 1
    return
  end
  local attempts = read_attempts(attempts_key, id)
  claimed = claimed + 1
  if attempts.crashes > 0 then
    suspects = suspects - 1
  end
  answer[#answer + 1] = { lane, id, delivery + 1, attempts.failures, attempts.crashes,
    attempts.mark == 'crashed-alone' and 1 or 0, attempts.first,
    lane == 0 and entry[2] or plain_fields(entry[2]) }
end

local function claim_some(lane, stream, retry, attempts_key)
  local at, looked = pass_over, 0
  while looked < look do
    local due = redis.call('zrangebyscore', retry, '-inf', text_of(now), 'limit', at, page_size)
    if #due > 0 then
      keep_registrations(consumers, ARGV[1])
    end
    for _, id in ipairs(due) do
      if claimed == room then
        wait_until(now)
        return pass_over
      end
      if suspects > 0 or read_attempts(attempts_key, id).crashes == 0 then
        claim(lane, stream, retry, attempts_key, id)
      else
        at = at + 1
        wait_until(now)
      end
    end
    if #due < page_size then
      return 0
    end
    looked = looked + #due
  end
  wait_until(now)
  return at
end

for lane = lanes - 1, 0, -1 do
  local stream, retry, attempts_key = unpack(KEYS, 3 + 3 * lane, 5 + 3 * lane)
  answer[4] = math.max(answer[4], claim_some(lane, stream, retry, attempts_key))
  local later = redis.call('zrangebyscore', retry, '(' .. text_of(now), '+inf', 'withscores', 'limit', 0, 1)
  if later[2] then
    wait_until(tonumber(later[2]))
  end
end

-- Who passed some over has not seen whether they are still due
if pass_over > 0 then
  wait_until(now)
end
answer[2] = next_due
answer[3] = lost
return answer

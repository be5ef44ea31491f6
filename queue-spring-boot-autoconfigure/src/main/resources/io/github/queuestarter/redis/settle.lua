-- Settles messages that a consumer holds in a group.
-- KEYS: 1 consumers, 2 stream, 3 retry, 4 attempts, 5 dead letters, 6 ids of dead letters, 7 groups
-- ARGV: 1 ttl of registrations (ms), 2 group, 3 consumer, 4 '1' if finished entries are deleted,
--       then any of
--       'ack', n, then n entry ids in ascending order
--       'retry' or 'release', entry id, delivery ('0' for any), delay (ms)
--       'bury', entry id, delivery, message id, n, then n fields and values that tell why,
--               m, then m fields and values of the message (m = 0: those of the entry)
-- Returns: { entry ids that were not held, entry ids to bury whose entry is gone,
--   how many more were not held that can't be named }
local consumers, stream, retry, attempts_key, dead, dead_ids, groups = unpack(KEYS)
local group, consumer, deletes = ARGV[2], ARGV[3], ARGV[4] == '1'

expect(consumers, 'hash')
expect(stream, 'stream')
expect(retry, 'zset')
expect(attempts_key, 'hash')
expect(dead, 'stream')
expect(dead_ids, 'hash')
keep_registrations(consumers, ARGV[1])

local registered = redis.call('hexists', consumers, consumer) == 1
  and redis.call('exists', stream) == 1
local any_attempts = registered and redis.call('exists', attempts_key) == 1
local not_held, gone, unnamed = {}, {}, 0
local now = now_millis()

local function finish(ids)
  local acked = redis.call('xack', stream, group, unpack(ids))
  if any_attempts then
    redis.call('hdel', attempts_key, unpack(ids))
  end
  if deletes then
    redis.call('xdel', stream, unpack(ids))
  end
  return acked
end

-- Whether nobody else can hold an entry that was delivered to this consumer. While it is registered, other consumers of
-- this store get such an entry only after a rewind or from another client, and what was added after that was new to all
-- of them.
local function is_the_only_one_for(ids)
  local pending = redis.pcall('xpending', stream, group)
  local holders = not pending.err and pending[4]
  if not holders then
    return false
  end
  if #holders == 1 then
    return holders[1][1] == consumer
  end
  local held = 0
  for _, holder in ipairs(holders) do
    if holder[1] == consumer then
      held = tonumber(holder[2])
    elseif string.sub(holder[1], 1, #ours) ~= ours and holder[1] ~= parked then
      return false
    end
  end
  if held < #ids then
    return false
  end
  local rewound = redis.pcall('hget', groups, 'rewound:' .. group)
  return not rewound or type(rewound) == 'string' and less(rewound, ids[1])
end

local function holds(id, delivery)
  if not registered then
    return false
  end
  local found = delivery_of(stream, group, id, consumer)
  return found and (delivery == '0' or delivery == tostring(found))
end

-- Whether all ids are among the pending entries, both in ascending order.
local function all_among(ids, pending)
  local at = 0
  for i = 1, #ids do
    repeat
      at = at + 1
      if at > #pending then
        return false
      end
    until pending[at][1] == ids[i]
  end
  return true
end

local function ack(ids)
  if not registered then
    for _, id in ipairs(ids) do
      not_held[#not_held + 1] = id
    end
    return
  end
  if not deletes and is_the_only_one_for(ids) then
    local acked = finish(ids)
    if acked > 0 then
      unnamed = unnamed + #ids - acked
      return
    end
  end
  -- One look at all that the consumer holds between the first and the last of them
  local limit = #ids + 1000
  local pending = pending_in(stream, group, ids[1], ids[#ids], limit, consumer)
  if all_among(ids, pending) then
    finish(ids)
    return
  end
  local held = {}
  for _, entry in ipairs(pending) do
    held[entry[1]] = true
  end
  local finished = {}
  for _, id in ipairs(ids) do
    if held[id] or (#pending == limit and holds(id, '0')) then
      finished[#finished + 1] = id
    else
      not_held[#not_held + 1] = id
    end
  end
  if #finished > 0 then
    finish(finished)
  end
end

local function come_again(kind, id, delay)
  local attempts = read_attempts(attempts_key, id)
  no_longer_alone(attempts)
  if kind == 'retry' then
    attempts.failures = attempts.failures + 1
    if attempts.first == '-' then
      attempts.first = text_of(now)
    end
  end
  park(stream, group, retry, id, now + tonumber(delay))
  write_attempts(attempts_key, id, attempts)
end

local function bury(id, message_id, reasons, fields)
  if #fields == 0 then
    local entry = redis.call('xrange', stream, id, id)[1]
    if not entry then
      gone[#gone + 1] = id
      return
    end
    -- Only entries of replayed messages have fields of this store in front
    fields = deletes and sent_fields(entry[2]) or entry[2]
  end
  local attempts = read_attempts(attempts_key, id)
  local letter = { 'queue~id', message_id, 'queue~entry', id, 'queue~consumer', consumer,
    'queue~attempts', attempts.failures + 1, 'queue~crashes', attempts.crashes,
    'queue~first-failure', attempts.first == '-' and text_of(now) or attempts.first,
    'queue~last-failure', text_of(now) }
  for i = 1, #reasons do
    letter[#letter + 1] = reasons[i]
  end
  local letter_id = redis.call('xadd', dead, '*', unpack(put_sent_fields(letter, fields)))
  redis.call('hset', dead_ids, message_id, letter_id)
  finish({ id })
end

local at = 5
local function take(count)
  local first = at
  at = at + count
  if count <= most_values then
    return { unpack(ARGV, first, at - 1) }
  end
  local taken = {}
  for i = first, at - 1 do
    taken[#taken + 1] = ARGV[i]
  end
  return taken
end

while at <= #ARGV do
  local kind = take(1)[1]
  if kind == 'ack' then
    ack(take(tonumber(take(1)[1])))
  elseif kind == 'bury' then
    local id, delivery, message_id, count = unpack(take(4))
    local reasons = take(2 * tonumber(count))
    local fields = take(2 * tonumber(take(1)[1]))
    any_attempts = true
    if holds(id, delivery) then
      bury(id, message_id, reasons, fields)
    else
      not_held[#not_held + 1] = id
    end
  else
    local id, delivery, delay = unpack(take(3))
    if holds(id, delivery) then
      come_again(kind, id, delay)
    else
      not_held[#not_held + 1] = id
    end
  end
end

return { not_held, gone, unnamed }

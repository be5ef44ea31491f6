-- Put in front of every script of this folder.

local parked = '~retry'

-- How the names of this store's consumers begin, see ConsumerIds.isOurs().
local ours = 'queue~'

-- Milliseconds by the server's clock.
local function now_millis()
  local time = redis.call('time')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function text_of(number)
  return string.format('%.0f', number)
end

-- Fails before anything is written if a key holds another kind of value.
local function expect(key, kind)
  local found = redis.call('type', key).ok
  if found ~= 'none' and found ~= kind then
    error("WRONGTYPE key '" .. key .. "' is a " .. found .. ', not a ' .. kind)
  end
end

-- A write that is allowed at maxmemory; after it all others in the script are, too.
local function keep_registrations(key, ttl)
  redis.call('pexpire', key, ttl)
end

local function map_of(flat)
  local map = {}
  for i = 1, #flat, 2 do
    map[flat[i]] = flat[i + 1]
  end
  return map
end

-- A key of another type has no groups: what one queue can't be read from must not stop what is
-- asked about all of them.
local function groups_of(stream)
  local groups = {}
  if redis.call('type', stream).ok == 'stream' then
    for _, flat in ipairs(redis.call('xinfo', 'groups', stream)) do
      groups[#groups + 1] = map_of(flat)
    end
  end
  return groups
end

local function group_of(stream, name)
  for _, group in ipairs(groups_of(stream)) do
    if group['name'] == name then
      return group
    end
  end
  return nil
end

local function parts_of(id)
  return string.match(id, '^(%d+)-(%d+)$')
end

-- The number before one that is not 0. Ids that clients make up may be beyond what a Lua number
-- can tell apart.
local function one_less(digits)
  local head, last, zeros = string.match(digits, '^(%d-)([1-9])(0*)$')
  local less = head .. (tonumber(last) - 1) .. string.rep('9', #zeros)
  return (string.gsub(less, '^0+(%d)', '%1'))
end

-- The id before an entry id, or one that is lower still.
local function before(id)
  local millis, sequence = parts_of(id)
  if sequence == '0' then
    if millis == '0' then
      return '0-0'
    end
    return one_less(millis) .. '-18446744073709551615'
  end
  if #sequence > 15 then
    return millis .. '-0'
  end
  return millis .. '-' .. text_of(tonumber(sequence) - 1)
end

-- The id after an entry id, or the same.
local function after(id)
  local millis, sequence = parts_of(id)
  if #sequence > 15 then
    return id
  end
  return millis .. '-' .. text_of(tonumber(sequence) + 1)
end

local function less(one, other)
  local millis, sequence = parts_of(one)
  local other_millis, other_sequence = parts_of(other)
  if millis == other_millis then
    millis, other_millis = sequence, other_sequence
  end
  if #millis ~= #other_millis then
    return #millis < #other_millis
  end
  return millis < other_millis
end

-- The id of the entry that was added last, whether or not it is still there.
local function last_generated(stream)
  if redis.call('exists', stream) == 0 then
    return '0-0'
  end
  return map_of(redis.call('xinfo', 'stream', stream))['last-generated-id']
end

-- To be called where what one consumer holds may be delivered to another one while both live: settle looks closer at
-- entries that are no newer than this.
local function note_second_delivery(stream, groups, group)
  local last = last_generated(stream)
  local known = redis.call('hget', groups, 'rewound:' .. group)
  if not known or less(known, last) then
    redis.call('hset', groups, 'rewound:' .. group, last)
  end
end

-- The entry id after which comes what is at a position: '0' for the oldest entry, '$' for what is added from now on, or
-- the id of an entry, which need not be there. No later than the last one.
local function position_before(position, last)
  if position == '0' then
    return '0-0'
  end
  if position == '$' then
    return last
  end
  local id = before(position)
  return less(last, id) and last or id
end

-- What is known of the failed attempts of a message: '<failures> <crashes> <mark> <first failure>'.
-- The mark is '-', 'alone=<consumer>' while it runs alone, or 'crashed-alone'.
local function read_attempts(key, id)
  local text = redis.call('hget', key, id)
  if not text then
    return { failures = 0, crashes = 0, mark = '-', first = '-' }
  end
  local failures, crashes, mark, first = string.match(text, '^(%d+) (%d+) (%S+) (%S+)$')
  return { failures = tonumber(failures), crashes = tonumber(crashes), mark = mark, first = first }
end

local function write_attempts(key, id, attempts)
  if attempts.failures == 0 and attempts.crashes == 0 and attempts.mark == '-' then
    redis.call('hdel', key, id)
  else
    redis.call('hset', key, id,
      attempts.failures .. ' ' .. attempts.crashes .. ' ' .. attempts.mark .. ' ' .. attempts.first)
  end
end

local function no_longer_alone(attempts)
  if string.sub(attempts.mark, 1, 6) == 'alone=' then
    attempts.mark = '-'
  end
end

-- What a consumer holds in a range of ids. In a group that is lost nobody holds anything.
local function pending_in(stream, group, first, last, limit, consumer)
  local pending = redis.pcall('xpending', stream, group, first, last, limit, consumer)
  if pending.err then
    if string.find(pending.err, 'NOGROUP', 1, true) then
      return {}
    end
    error(pending.err)
  end
  return pending
end

-- How many times an entry was delivered, if the consumer holds it; else nil.
local function delivery_of(stream, group, id, consumer)
  local pending = pending_in(stream, group, id, id, 1, consumer)
  return pending[1] and pending[1][4]
end

-- The delivery count stays as it is, so that it names a delivery.
local function park(stream, group, retry, id, due)
  redis.call('xclaim', stream, group, parked, 0, id, 'justid')
  redis.call('zadd', retry, text_of(due), id)
end

-- A script can't hand more than some thousand values to a command. More fields than this are
-- stored as one.
local most_values = 4000

-- What follows the fields that this store puts in front of those that were sent.
local function put_sent_fields(entry, fields)
  entry[#entry + 1] = 'queue~fields'
  entry[#entry + 1] = #fields / 2
  if #fields > most_values then
    entry[#entry + 1] = 'queue~packed'
    entry[#entry + 1] = cmsgpack.pack(fields)
    return entry
  end
  for i = 1, #fields do
    entry[#entry + 1] = fields[i]
  end
  return entry
end

-- The fields of an entry of the streams of dead or of replayed messages as they were sent.
local function sent_fields(fields)
  for i = 1, #fields, 2 do
    if fields[i] == 'queue~fields' then
      -- A field of this name may have been sent, too; then there are as many as there should be
      if fields[i + 2] == 'queue~packed' and #fields == i + 3 and fields[i + 1] ~= '1' then
        return cmsgpack.unpack(fields[i + 3])
      end
      local sent = {}
      for j = i + 2, #fields do
        sent[#sent + 1] = fields[j]
      end
      return sent
    end
  end
  return fields
end

-- All fields of such an entry, none of them packed.
local function plain_fields(fields)
  local plain = {}
  for i = 1, #fields, 2 do
    plain[i], plain[i + 1] = fields[i], fields[i + 1]
    if fields[i] == 'queue~fields' then
      local sent = sent_fields(fields)
      for j = 1, #sent do
        plain[i + 1 + j] = sent[j]
      end
      return plain
    end
  end
  return plain
end

-- The fields that this store put in front of those that were sent.
local function own_fields(fields)
  local map = {}
  for i = 1, #fields, 2 do
    if fields[i] == 'queue~fields' then
      return map
    end
    map[fields[i]] = fields[i + 1]
  end
  return {}
end

-- Milliseconds since somebody last read as a group that is there: since its listeners gave a
-- sign of life, or one of its consumers asked for messages. Nothing if neither is known.
local function idle_of(stream, groups, name, now)
  local last = -1
  for _, what in ipairs({ 'active:', 'created:' }) do
    last = math.max(last, tonumber(redis.call('hget', groups, what .. name) or '-1'))
  end
  for _, flat in ipairs(redis.call('xinfo', 'consumers', stream, name)) do
    local consumer = map_of(flat)
    if consumer['name'] ~= parked then
      last = math.max(last, now - consumer['idle'])
    end
  end
  return last >= 0 and math.max(0, now - last) or nil
end

-- The groups that were made and are not found, until they have been missed for too long: name
-- to the id up to which all was finished.
local function lost_groups(groups, found, now, ttl)
  local lost = {}
  for _, field in ipairs(redis.call('hkeys', groups)) do
    local back = string.match(field, '^lost:(.*)$')
    if back and found[back] then
      -- Made again by whomever: when it is lost the next time, the time starts anew
      redis.call('hdel', groups, field)
    end
    local name = string.match(field, '^created:(.*)$')
    if name and not found[name] then
      -- A write that is allowed at maxmemory, see keep_registrations
      redis.call('persist', groups)
      redis.call('hsetnx', groups, 'lost:' .. name, text_of(now))
      if now - tonumber(redis.call('hget', groups, 'lost:' .. name)) < ttl then
        lost[name] = redis.call('hget', groups, 'low:' .. name) or '0-0'
      end
    end
  end
  return lost
end

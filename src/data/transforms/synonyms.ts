// A small list of English words that may stand for each other in most sentences, by hand. Each line is one group, one word class and one form of
// inflection, so that a sentence stays grammatical; words with several common meanings are left out.

/** Groups, a line each. */
const GROUPS = `
good fine decent
bad poor awful
great excellent superb wonderful
terrible horrible dreadful
big large huge
small little tiny
quick fast rapid swift
slow unhurried sluggish
happy glad cheerful
sad unhappy sorrowful
angry furious cross
beautiful lovely gorgeous
ugly hideous unsightly
smart clever bright
stupid foolish silly
easy simple effortless
difficult hard tough
important significant essential
strange odd peculiar
funny amusing comical
boring dull tedious
interesting fascinating intriguing
old ancient aged
new fresh recent
rich wealthy affluent
cheap inexpensive affordable
expensive costly pricey
clean spotless tidy
dirty filthy grimy
brave courageous fearless
afraid scared frightened
tired weary exhausted
quiet silent hushed
loud noisy deafening
strong powerful mighty
weak feeble frail
whole entire complete
wrong incorrect mistaken
right correct accurate
nice pleasant agreeable
begin start commence
begins starts commences
began started commenced
end finish conclude
ends finishes concludes
ended finished concluded
buy purchase acquire
bought purchased acquired
help assist aid
helps assists aids
helped assisted aided
show display exhibit
shows displays exhibits
showed displayed exhibited
choose select pick
chose selected picked
build construct assemble
built constructed assembled
speak talk chat
spoke talked chatted
walk stroll wander
walked strolled wandered
look glance peer
looked glanced peered
jump leap hop
jumps leaps hops
jumped leaped hopped
love adore cherish
loved adored cherished
hate detest loathe
hated detested loathed
get obtain receive
got obtained received
car automobile vehicle
cars automobiles vehicles
house dwelling residence
houses dwellings residences
road street lane
roads streets lanes
job occupation profession
jobs occupations professions
child kid youngster
children kids youngsters
friend companion pal
friends companions pals
movie film picture
movies films pictures
answer reply response
answers replies responses
idea notion thought
ideas notions thoughts
mistake error slip
mistakes errors slips
trip journey voyage
trips journeys voyages
very extremely really
often frequently regularly
quickly rapidly swiftly
slowly gradually leisurely
also too additionally
maybe perhaps possibly
almost nearly practically
usually generally normally
suddenly abruptly unexpectedly
completely entirely totally
`

/** The words that may stand for a word, without itself. */
export const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map(
  GROUPS.trim()
    .split('\n')
    .map(line => line.split(' '))
    .flatMap(group => group.map((word): [string, string[]] => [word, group.filter(other => other !== word)])),
)

/*-------------------------------------------------------------------------
 *
 * src/drivers/text_fold.c
 *	  Words without case and accents.
 *
 * In UTF-8 a text is decomposed (NFKD, by the server's own tables, as its
 * normalize() does), so that letters come apart from their accents, and these
 * are dropped. What does not decompose but is a letter with a stroke is told
 * below, as is which characters belong to words: no locale is asked, so a text
 * folds the same everywhere. In other encodings only ASCII has case, and
 * everything beyond ASCII belongs to words.
 *
 *-------------------------------------------------------------------------
 */
#include "drivers/text.h"

#include "common/unicode_norm.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"

/* characters that are decomposed at once; decomposing knows no neighbours */
#define CHUNK	256

typedef enum Role
{
	WORD,						/* part of a word */
	GAP,						/* between words */
	ALONE,						/* a word by itself: scripts without spaces, pictures */
	DROP						/* an accent, or nothing to be seen */
} Role;

/* Beyond ASCII, after decomposition; what is not here is part of a word. */
static const struct
{
	uint32		first;
	uint32		last;
	Role		role;
}			ranges[] = {
	{0x0080, 0x00ac, GAP}, {0x00ad, 0x00ad, DROP}, {0x00ae, 0x00bf, GAP}, {0x00d7, 0x00d7, GAP}, {0x00f7, 0x00f7, GAP},
	{0x02b9, 0x02df, GAP},
	{0x0300, 0x036f, DROP},		/* combining accents */
	{0x0483, 0x0489, DROP},
	{0x055a, 0x055f, GAP}, {0x0589, 0x058a, GAP},
	{0x0591, 0x05bd, DROP}, {0x05be, 0x05be, GAP}, {0x05bf, 0x05bf, DROP}, {0x05c0, 0x05c0, GAP}, {0x05c1, 0x05c2, DROP},
	{0x05c3, 0x05c3, GAP}, {0x05c4, 0x05c5, DROP}, {0x05c6, 0x05c6, GAP}, {0x05c7, 0x05c7, DROP}, {0x05f3, 0x05f4, GAP},
	{0x060c, 0x060d, GAP}, {0x0610, 0x061a, DROP}, {0x061b, 0x061f, GAP}, {0x0640, 0x0640, DROP}, {0x064b, 0x065f, DROP},
	{0x066a, 0x066d, GAP}, {0x0670, 0x0670, DROP}, {0x06d4, 0x06d4, GAP},
	{0x0964, 0x0965, GAP},
	{0x0e00, 0x0eff, ALONE},	/* Thai, Lao */
	{0x1000, 0x109f, ALONE},	/* Myanmar */
	{0x1361, 0x1368, GAP},
	{0x1780, 0x17ff, ALONE},	/* Khmer */
	{0x1ab0, 0x1aff, DROP}, {0x1dc0, 0x1dff, DROP},
	{0x2000, 0x200b, GAP}, {0x200c, 0x200f, DROP}, {0x2010, 0x205f, GAP}, {0x2060, 0x206f, DROP},
	{0x20a0, 0x20cf, GAP}, {0x20d0, 0x20ff, DROP},
	{0x2190, 0x2bff, ALONE},	/* arrows, symbols, pictures */
	{0x2e00, 0x2e7f, GAP}, {0x2e80, 0x2fdf, ALONE},
	{0x3000, 0x3004, GAP}, {0x3005, 0x3007, ALONE}, {0x3008, 0x303f, GAP},
	{0x3040, 0x312f, ALONE}, {0x31a0, 0x31ff, ALONE},	/* kana */
	{0x3400, 0x9fff, ALONE}, {0xf900, 0xfaff, ALONE},	/* Han */
	{0xfe00, 0xfe0f, DROP}, {0xfe10, 0xfe1f, GAP}, {0xfe20, 0xfe2f, DROP}, {0xfe30, 0xfe6f, GAP}, {0xfeff, 0xfeff, DROP},
	{0xfff9, 0xfffd, GAP},
	{0x1f000, 0x1f3fa, ALONE}, {0x1f3fb, 0x1f3ff, DROP}, {0x1f400, 0x1faff, ALONE},
	{0x20000, 0x3ffff, ALONE},
	{0xe0000, 0xe0fff, DROP},
};

/* Latin letters that do not decompose. */
static const struct
{
	uint32		letter;
	const char *plain;
}			strokes[] = {
	{0x00c6, "ae"}, {0x00d0, "d"}, {0x00d8, "o"}, {0x00de, "th"}, {0x00df, "ss"}, {0x00e6, "ae"}, {0x00f0, "d"},
	{0x00f8, "o"}, {0x00fe, "th"}, {0x0110, "d"}, {0x0111, "d"}, {0x0126, "h"}, {0x0127, "h"}, {0x0131, "i"},
	{0x0141, "l"}, {0x0142, "l"}, {0x0152, "oe"}, {0x0153, "oe"}, {0x0166, "t"}, {0x0167, "t"}, {0x1e9e, "ss"},
};

static Role
role_of(uint32 c)
{
	int			low = 0;
	int			high = lengthof(ranges);

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < lengthof(ranges) && c >= ranges[low].first ? ranges[low].role : WORD;
}

static inline bool
is_ascii_word(uint32 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Small letters of the alphabets that have two cases and are written next to each other. */
static uint32
lower_of(uint32 c)
{
	if (c >= 0x0391 && c <= 0x03a9)
		return c + 32;			/* Greek */
	if (c == 0x03c2)
		return 0x03c3;			/* the sigma at the end of a word */
	if (c >= 0x0410 && c <= 0x042f)
		return c + 32;			/* Cyrillic */
	if (c >= 0x0400 && c <= 0x040f)
		return c + 80;
	if ((c >= 0x0460 && c <= 0x0481) || (c >= 0x048a && c <= 0x04bf) || (c >= 0x04d0 && c <= 0x052f))
		return c | 1;
	if (c >= 0x04c1 && c <= 0x04ce)
		return c + (c & 1);		/* there it is the odd ones that are large */
	if (c == 0x04c0)
		return 0x04cf;
	if (c >= 0x0531 && c <= 0x0556)
		return c + 48;			/* Armenian */
	if (c == 0x014a)
		return 0x014b;			/* eng */
	if (c == 0x018f)
		return 0x0259;			/* schwa */
	return c;
}

/* Where the words go; whether the last one may still go on. */
typedef struct Folding
{
	StringInfo	to;
	bool		open;
} Folding;

static void
end_word(Folding *f)
{
	if (f->open)
		appendStringInfoChar(f->to, ' ');
	f->open = false;
}

static void
put_ascii(Folding *f, char c)
{
	if (!is_ascii_word((unsigned char) c))
		end_word(f);
	else
	{
		appendStringInfoCharMacro(f->to, c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
		f->open = true;
	}
}

static void
put_utf8(Folding *f, uint32 c)
{
	unsigned char bytes[8];

	unicode_to_utf8(c, bytes);
	appendBinaryStringInfo(f->to, (const char *) bytes, pg_utf_mblen(bytes));
	f->open = true;
}

static void
put_character(Folding *f, uint32 c)
{
	if (c < 0x80)
	{
		put_ascii(f, (char) c);
		return;
	}
	for (int i = 0; i < lengthof(strokes); i++)
		if (strokes[i].letter == c)
		{
			appendStringInfoString(f->to, strokes[i].plain);
			f->open = true;
			return;
		}
	switch (role_of(c))
	{
		case WORD:
			put_utf8(f, lower_of(c));
			break;
		case ALONE:
			end_word(f);
			put_utf8(f, c);
			end_word(f);
			break;
		case GAP:
			end_word(f);
			break;
		case DROP:
			break;
	}
}

/* The character at a place, and how many bytes it takes; what is no character is a gap. */
static uint32
utf8_at(const char *at, int left, int *len)
{
	const unsigned char *bytes = (const unsigned char *) at;

	*len = pg_utf_mblen(bytes);
	if (*len > left || !pg_utf8_islegal(bytes, *len))
	{
		*len = 1;
		return ' ';
	}
	return utf8_to_unicode(bytes);
}

static void
fold_utf8(Folding *f, const char *text, int len)
{
	pg_wchar	chunk[CHUNK + 1];

	for (int at = 0; at < len;)
	{
		int			n = 0;
		pg_wchar   *parts;

		/* mostly ASCII, which is what it is */
		if ((unsigned char) text[at] < 0x80)
		{
			put_ascii(f, text[at++]);
			continue;
		}
		for (int bytes; n < CHUNK && at < len && (unsigned char) text[at] >= 0x80; at += bytes)
			chunk[n++] = utf8_at(text + at, len - at, &bytes);
		chunk[n] = 0;
		parts = unicode_normalize(UNICODE_NFKD, chunk);
		for (const pg_wchar *c = parts; *c != 0; c++)
			put_character(f, *c);
		pfree(parts);
		CHECK_FOR_INTERRUPTS();
	}
}

static void
fold_other(Folding *f, const char *text, int len)
{
	int			encoding = GetDatabaseEncoding();

	for (int at = 0, bytes; at < len; at += bytes)
	{
		bytes = 1;
		if ((unsigned char) text[at] < 0x80)
		{
			put_ascii(f, text[at]);
			continue;
		}
		bytes = Min(pg_encoding_mblen(encoding, text + at), len - at);
		appendBinaryStringInfo(f->to, text + at, bytes);
		f->open = true;
	}
}

void
cx_fold_text(StringInfo folded, const char *text, int len)
{
	Folding		f = {folded, false};

	if (GetDatabaseEncoding() == PG_UTF8)
		fold_utf8(&f, text, len);
	else
		fold_other(&f, text, len);
	end_word(&f);
}

/* text_fold(comment): its words, one space between them */
PG_FUNCTION_INFO_V1(text_fold);
Datum
text_fold(PG_FUNCTION_ARGS)
{
	text	   *comment = PG_GETARG_TEXT_PP(0);
	StringInfoData folded;

	initStringInfo(&folded);
	cx_fold_text(&folded, VARDATA_ANY(comment), (int) VARSIZE_ANY_EXHDR(comment));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(folded.data, Max(folded.len - 1, 0)));
}

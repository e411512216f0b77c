/*-------------------------------------------------------------------------
 *
 * src/journey/text_type.c
 *	  Types that are a text in a language of their own (see text_type.h).
 *
 *-------------------------------------------------------------------------
 */
#include "journey/text_type.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

/* Bytes of the text that a message shows before and after the place; characters are not split. */
#define SHOWN	60

void
cx_text_type_report(const CxTextType *type, const char *text, int len, const CxParseError *error,
					int sqlstate, Node *escontext)
{
	int			from = error->at > SHOWN ? pg_mbcliplen(text, len, error->at - SHOWN) : 0;
	int			shown = pg_mbcliplen(text + from, len - from, error->at - from + SHOWN);
	int			character = pg_mbstrlen_with_len(text, error->at) + 1;
	char	   *place = psprintf("%s%.*s%s", from > 0 ? "..." : "", shown, text + from,
								 from + shown < len ? "..." : "");

	if (error->fault != CX_FAULT_SYNTAX)
		ereturn(escontext,,
				(errcode(cx_fault_code(error->fault)),
				 errmsg("%s", error->message),
				 type->placed ? errdetail("At character %d of the %s \"%s\".", character, type->noun, place) :
				 errdetail("In the %s \"%s\".", type->noun, place),
				 error->hint != NULL ? errhint("%s", error->hint) : 0));
	if (sqlstate == ERRCODE_INVALID_BINARY_REPRESENTATION)
		ereturn(escontext,,
				(errcode(sqlstate),
				 errmsg("invalid binary representation of type %s", type->name),
				 errdetail("At character %d of \"%s\": %s.", character, place, error->message)));
	ereturn(escontext,,
			(errcode(sqlstate),
			 errmsg("invalid input syntax for type %s: \"%s\"", type->name, place),
			 errdetail("At character %d: %s.", character, error->message),
			 error->hint != NULL ? errhint("%s", error->hint) : 0));
}

char *
cx_text_type_receive(const CxTextType *type, StringInfo message, int *len)
{
	int			version;

	if (message->cursor == message->len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", type->name),
				 errdetail("The message is empty.")));
	version = pq_getmsgbyte(message);
	if (version != type->version)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", type->name),
				 errdetail("Version is %d, and only %d is known.", version, type->version)));
	return pq_getmsgtext(message, message->len - message->cursor, len);
}

bytea *
cx_text_type_send(const CxTextType *type, const char *text, int len)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, type->version);
	pq_sendtext(&message, text, len);
	return pq_endtypsend(&message);
}

/*-------------------------------------------------------------------------
 *
 * src/organisation/maturity_rules.c
 *	  The rules that maturity is judged by: our own, and those of the user.
 *
 * Five levels are after Gartner (2016); which evidence belongs to which
 * dimension, and all limits, are ours, and nobody's questionnaire.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/maturity.h"

#include <math.h>
#include <stdlib.h>

#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"	/* numeric_out */
#include "utils/memutils.h"

#define RULE_COLUMNS	6

const CxKnownEvidence cx_known_evidence[CX_KNOWN_EVIDENCE] = {
	{"touchpoint_coverage", 0.0, 1.0},
	{"channel_coverage", 0.0, 1.0},
	{"response_rate", 0.0, 1.0},
	{"feedback_age_days", 0.0, INFINITY},
	{"metrics_in_use", 0.0, INFINITY},
	{"routed_share", 0.0, 1.0},
	{"action_days", 0.0, INFINITY},
	{"closed_loop_share", 0.0, 1.0},
	/* net retention plus earned new customers less the base: no company loses more than it had */
	{"earned_growth", -1.0, INFINITY},
	{"employee_and_customer", 0.0, 1.0},
};

static const CxMaturityRule rules[] = {
	{"listening", "touchpoint_coverage", 2, false, 0.25, "share of touchpoints with enough feedback"},
	{"listening", "touchpoint_coverage", 3, false, 0.5, "share of touchpoints with enough feedback"},
	{"listening", "touchpoint_coverage", 4, false, 0.75, "share of touchpoints with enough feedback"},
	{"listening", "touchpoint_coverage", 5, false, 0.9, "share of touchpoints with enough feedback"},
	{"listening", "channel_coverage", 2, false, 0.25, "share of channels with enough feedback"},
	{"listening", "channel_coverage", 3, false, 0.5, "share of channels with enough feedback"},
	{"listening", "channel_coverage", 4, false, 0.75, "share of channels with enough feedback"},
	{"listening", "channel_coverage", 5, false, 0.9, "share of channels with enough feedback"},
	{"listening", "response_rate", 2, false, 0.1, "share of those asked who answer"},
	{"listening", "response_rate", 3, false, 0.2, "share of those asked who answer"},
	{"listening", "response_rate", 4, false, 0.3, "share of those asked who answer"},
	{"listening", "response_rate", 5, false, 0.4, "share of those asked who answer"},
	{"measuring", "feedback_age_days", 2, true, 365, "days since the newest answer"},
	{"measuring", "feedback_age_days", 3, true, 90, "days since the newest answer"},
	{"measuring", "feedback_age_days", 4, true, 30, "days since the newest answer"},
	{"measuring", "feedback_age_days", 5, true, 7, "days since the newest answer"},
	{"measuring", "metrics_in_use", 2, false, 1, "metrics that are looked at regularly"},
	{"measuring", "metrics_in_use", 3, false, 2, "metrics that are looked at regularly"},
	{"measuring", "metrics_in_use", 4, false, 3, "metrics that are looked at regularly"},
	{"measuring", "metrics_in_use", 5, false, 4, "metrics that are looked at regularly"},
	{"acting", "action_days", 2, true, 30, "median days from feedback to the first action"},
	{"acting", "action_days", 3, true, 14, "median days from feedback to the first action"},
	{"acting", "action_days", 4, true, 7, "median days from feedback to the first action"},
	{"acting", "action_days", 5, true, 2, "median days from feedback to the first action"},
	{"acting", "closed_loop_share", 2, false, 0.1, "share of unhappy customers who were answered"},
	{"acting", "closed_loop_share", 3, false, 0.3, "share of unhappy customers who were answered"},
	{"acting", "closed_loop_share", 4, false, 0.5, "share of unhappy customers who were answered"},
	{"acting", "closed_loop_share", 5, false, 0.8, "share of unhappy customers who were answered"},
	/* known at all is what level 2 asks for */
	{"growing", "earned_growth", 2, false, -1, "growth by customers who stay and those they bring, known at all"},
	{"growing", "earned_growth", 3, false, -0.05, "growth by customers who stay and those they bring"},
	{"growing", "earned_growth", 4, false, 0, "growth by customers who stay and those they bring"},
	{"growing", "earned_growth", 5, false, 0.05, "growth by customers who stay and those they bring"},
	{"embedding", "routed_share", 2, false, 0.25, "share of feedback that reaches the owner of the touch"},
	{"embedding", "routed_share", 3, false, 0.5, "share of feedback that reaches the owner of the touch"},
	{"embedding", "routed_share", 4, false, 0.8, "share of feedback that reaches the owner of the touch"},
	{"embedding", "routed_share", 5, false, 0.95, "share of feedback that reaches the owner of the touch"},
	{"embedding", "employee_and_customer", 4, false, 0.5,
	"share of departments where scores of employees and customers are looked at together"},
	{"embedding", "employee_and_customer", 5, false, 1,
	"share of departments where scores of employees and customers are looked at together"},
};

PG_FUNCTION_INFO_V1(maturity_rules);
Datum
maturity_rules(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, RULE_COLUMNS);

	for (int i = 0; i < lengthof(rules); i++)
	{
		Datum		values[RULE_COLUMNS];
		bool		nulls[RULE_COLUMNS] = {false};

		values[0] = CStringGetTextDatum(rules[i].dimension);
		values[1] = CStringGetTextDatum(rules[i].evidence);
		values[2] = Int32GetDatum(rules[i].level);
		values[3] = CStringGetTextDatum(rules[i].at_most ? "at most" : "at least");
		values[4] = Float8GetDatum(rules[i].limit);
		values[5] = CStringGetTextDatum(rules[i].meaning);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* ---- from rules to what is asked of each evidence ---- */

pg_noreturn static void wrong(int rule, const char *detail);

static void
wrong(int rule, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rules of maturity are not sound"),
			 errdetail("Rule %d: %s.", rule, detail)));
}

int
cx_maturity_find(const CxMaturity *m, const char *name)
{
	for (int i = 0; i < m->n; i++)
		if (strcmp(m->evidence[i].name, name) == 0)
			return i;
	return -1;
}

static int
dimension_of(CxMaturity *m, const char *name)
{
	for (int i = 0; i < m->n_dimensions; i++)
		if (strcmp(m->dimension[i], name) == 0)
			return i;
	m->dimension[m->n_dimensions] = name;
	return m->n_dimensions++;
}

static CxMaturity
no_rules(int room)
{
	CxMaturity	m = {0};

	m.dimension = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(char *) * Max(room, 1));
	m.evidence = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxEvidence) * Max(room, 1));
	return m;
}

/* "number" of the rule, from 1, for messages. */
static void
add_rule(CxMaturity *m, const CxMaturityRule *rule, int number)
{
	int			dimension = dimension_of(m, rule->dimension);
	int			place = cx_maturity_find(m, rule->evidence);
	CxEvidence *e;

	if (place < 0)
	{
		place = m->n++;
		memset(&m->evidence[place], 0, sizeof(CxEvidence));
		m->evidence[place].name = rule->evidence;
		m->evidence[place].dimension = dimension;
		m->evidence[place].at_most = rule->at_most;
		m->evidence[place].value = NAN;
	}
	e = &m->evidence[place];
	if (e->dimension != dimension)
		wrong(number, psprintf("evidence \"%s\" is in dimension \"%s\" and in \"%s\"", e->name,
							   m->dimension[e->dimension], rule->dimension));
	if (e->at_most != rule->at_most)
		wrong(number, psprintf("evidence \"%s\" has limits in both directions", e->name));
	if (e->asked[rule->level])
		wrong(number, psprintf("evidence \"%s\" has two limits for level %d", e->name, rule->level));
	e->asked[rule->level] = true;
	e->limit[rule->level] = rule->limit;
	for (int level = 2; level <= CX_MATURITY_LEVELS; level++)
	{
		/* how much easier a higher level is than a lower one */
		double		easier = (level < rule->level ? 1 : -1) * (e->limit[level] - rule->limit);

		if (e->asked[level] && (e->at_most ? -easier : easier) > 0)
			wrong(number, psprintf("evidence \"%s\" has an easier limit for level %d than for level %d", e->name,
								   Max(level, rule->level), Min(level, rule->level)));
	}
}

CxMaturity
cx_maturity_default(void)
{
	CxMaturity	m = no_rules(lengthof(rules));

	for (int i = 0; i < lengthof(rules); i++)
		add_rule(&m, &rules[i], i + 1);
	return m;
}

/* ---- rules in JSON ---- */

enum
{
	KEY_DIMENSION,
	KEY_EVIDENCE,
	KEY_LEVEL,
	KEY_DIRECTION,
	KEY_LIMIT,
	KEYS
};

static const char *const keys[KEYS] = {"dimension", "evidence", "level", "direction", "limit_value"};

static int
find_key(const JsonbValue *key)
{
	for (int i = 0; i < KEYS; i++)
		if (strlen(keys[i]) == (size_t) key->val.string.len &&
			memcmp(keys[i], key->val.string.val, key->val.string.len) == 0)
			return i;
	return -1;
}

static const char *
name_of(const JsonbValue *v, int number, int key)
{
	if (v->type != jbvString || v->val.string.len == 0)
		wrong(number, psprintf("\"%s\" is not a name", keys[key]));
	return pnstrdup(v->val.string.val, v->val.string.len);
}

/* By way of its digits: the server's cast would write all of them into its message when they are too many. */
double
cx_maturity_number(const JsonbValue *v)
{
	return strtod(DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(v->val.numeric))), NULL);
}

static double
number_of(const JsonbValue *v, int number, int key)
{
	double		x = v->type == jbvNumeric ? cx_maturity_number(v) : NAN;

	if (!isfinite(x))
		wrong(number, psprintf("\"%s\" is not a number%s", keys[key], isinf(x) ? " that is finite" : ""));
	return x;
}

static void
read_value(CxMaturityRule *rule, int key, const JsonbValue *v, int number)
{
	double		level;
	const char *direction;

	switch (key)
	{
		case KEY_DIMENSION:
			rule->dimension = name_of(v, number, key);
			break;
		case KEY_EVIDENCE:
			rule->evidence = name_of(v, number, key);
			break;
		case KEY_LEVEL:
			level = number_of(v, number, key);
			if (level != floor(level) || level < 2 || level > CX_MATURITY_LEVELS)
				wrong(number, psprintf("level %g is not one of 2 to %d", level, CX_MATURITY_LEVELS));
			rule->level = (int) level;
			break;
		case KEY_DIRECTION:
			direction = name_of(v, number, key);
			rule->at_most = strcmp(direction, "at most") == 0;
			if (!rule->at_most && strcmp(direction, "at least") != 0)
				wrong(number, psprintf("direction \"%s\" is neither \"at least\" nor \"at most\"", direction));
			break;
		case KEY_LIMIT:
			rule->limit = number_of(v, number, key);
			break;
	}
}

/*
 * The object is opened already. Keys that are none of ours are passed over: a
 * table of rules may have columns of its own.
 */
static CxMaturityRule
read_rule(JsonbIterator **at, int number)
{
	CxMaturityRule rule = {0};
	bool		given[KEYS] = {false};
	JsonbValue	v;

	while (JsonbIteratorNext(at, &v, true) == WJB_KEY)
	{
		int			key = find_key(&v);

		(void) JsonbIteratorNext(at, &v, true);
		if (key < 0 || v.type == jbvNull)
			continue;
		read_value(&rule, key, &v, number);
		given[key] = true;
	}
	for (int k = 0; k < KEYS; k++)
		if (!given[k])
			wrong(number, psprintf("it has no \"%s\"", keys[k]));
	return rule;
}

CxMaturity
cx_maturity_from_rules(Jsonb *jsonb)
{
	JsonbIterator *at = JsonbIteratorInit(&jsonb->root);
	JsonbIteratorToken token;
	JsonbValue	v;
	CxMaturity	m;
	int			number = 0;

	/* a scalar is kept as an array of one */
	if (JsonbIteratorNext(&at, &v, false) != WJB_BEGIN_ARRAY || v.val.array.rawScalar || v.val.array.nElems == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rules of maturity are not an array of objects"),
				 errhint("Write (SELECT jsonb_agg(to_jsonb(r)) FROM my_rules r).")));
	if (v.val.array.nElems > CX_MATURITY_MAX_RULES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d rules of maturity", CX_MATURITY_MAX_RULES)));
	m = no_rules(v.val.array.nElems);
	while ((token = JsonbIteratorNext(&at, &v, true)) != WJB_END_ARRAY)
	{
		CxMaturityRule rule;
		JsonbIterator *inner;

		number++;
		/* skipping nested containers, an object comes as a whole */
		if (token != WJB_ELEM || v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			wrong(number, "it is not an object");
		inner = JsonbIteratorInit(v.val.binary.data);
		(void) JsonbIteratorNext(&inner, &v, true);
		rule = read_rule(&inner, number);
		add_rule(&m, &rule, number);
		CHECK_FOR_INTERRUPTS();
	}
	return m;
}

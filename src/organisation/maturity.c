/*-------------------------------------------------------------------------
 *
 * src/organisation/maturity.c
 *	  maturity_report(): the level that evidence comes to, what is met, and what
 *	  is missing for the next; and the questionnaire of 20 statements.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/maturity.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "core/args.h"
#include "core/srf.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/builtins.h"

#define REPORT_COLUMNS	7

/* statements of the questionnaire, their scale, and points between levels */
#define STATEMENTS		20
#define ANSWER_LOW		1
#define ANSWER_HIGH		5
#define BAND			16		/* 20..35, 36..51, 52..67, 68..83, 84..100 */

static const char *const level_names[CX_MATURITY_LEVELS + 1] = {
	NULL, "ad hoc", "established", "performing", "optimised", "embedded"
};

/* ---- levels ---- */

/* The level before the first one it misses; 1 when it is not measured. */
static int
level_of(const CxEvidence *e)
{
	if (isnan(e->value))
		return 1;
	for (int level = 2; level <= CX_MATURITY_LEVELS; level++)
		if (e->asked[level] && (e->at_most ? e->value > e->limit[level] : e->value < e->limit[level]))
			return level - 1;
	return CX_MATURITY_LEVELS;
}

/*
 * That of the weakest dimension, or the mean of all, rounded down. The level of
 * each dimension is that of its weakest evidence.
 */
static int
judge(CxMaturity *m, bool weakest, int *dimension_level)
{
	int			lowest = CX_MATURITY_LEVELS;
	int			sum = 0;

	for (int d = 0; d < m->n_dimensions; d++)
		dimension_level[d] = CX_MATURITY_LEVELS;
	for (int i = 0; i < m->n; i++)
	{
		CxEvidence *e = &m->evidence[i];

		e->level = level_of(e);
		dimension_level[e->dimension] = Min(dimension_level[e->dimension], e->level);
	}
	for (int d = 0; d < m->n_dimensions; d++)
	{
		lowest = Min(lowest, dimension_level[d]);
		sum += dimension_level[d];
	}
	return weakest ? lowest : sum / m->n_dimensions;
}

/* ---- words ---- */

static void
append_number(StringInfo buf, double x)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(x, digits);
	appendStringInfoString(buf, digits);
}

/* "response_rate 0.12, at least 0.2 for level 3", or nothing if it is at that level */
static void
append_missing(StringInfo buf, const CxEvidence *e, int level)
{
	int			rule = level;

	if (e->level >= level)
		return;
	if (buf->len > 0)
		appendStringInfoString(buf, "; ");
	appendStringInfoString(buf, e->name);
	if (isnan(e->value))
		appendStringInfoString(buf, " not measured");
	else
	{
		appendStringInfoChar(buf, ' ');
		append_number(buf, e->value);
	}
	/* limits never get easier, so the last one up to that level says it all */
	while (rule > 1 && !e->asked[rule])
		rule--;
	if (rule == 1)
		return;
	appendStringInfoString(buf, e->at_most ? ", at most " : ", at least ");
	append_number(buf, e->limit[rule]);
	appendStringInfo(buf, " for level %d", level);
}

/* ---- the report ---- */

static void
put_row(CxRows *rows, const char *dimension, const char *evidence, double value, int level, bool met,
		StringInfo missing)
{
	Datum		values[REPORT_COLUMNS] = {0};
	bool		nulls[REPORT_COLUMNS] = {false};

	nulls[0] = dimension == NULL;
	if (dimension != NULL)
		values[0] = CStringGetTextDatum(dimension);
	nulls[1] = evidence == NULL;
	if (evidence != NULL)
		values[1] = CStringGetTextDatum(evidence);
	cx_set_float8(values, nulls, 2, value);
	values[3] = Int32GetDatum(level);
	values[4] = CStringGetTextDatum(level_names[level]);
	values[5] = BoolGetDatum(met);
	nulls[6] = missing->len == 0;
	if (missing->len > 0)
		values[6] = PointerGetDatum(cstring_to_text_with_len(missing->data, missing->len));
	cx_rows_put(rows, values, nulls);
}

static bool
method_arg(FunctionCallInfo fcinfo, int arg)
{
	static const char *const methods[] = {"weakest", "mean", NULL};

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method is NULL"),
				 errhint("Use one of: weakest, mean.")));
	return cx_check_choice(PG_GETARG_TEXT_PP(arg), "method", methods) == 0;
}

/* Each dimension: its evidence, then itself; at the end the whole. */
static Datum
report(FunctionCallInfo fcinfo, CxMaturity *m, bool weakest)
{
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	int		   *dimension_level = palloc(sizeof(int) * m->n_dimensions);
	int			overall = judge(m, weakest, dimension_level);
	int			next = Min(overall + 1, CX_MATURITY_LEVELS);
	StringInfoData all;
	StringInfoData of_dimension;
	StringInfoData own;

	initStringInfo(&all);
	initStringInfo(&of_dimension);
	initStringInfo(&own);
	for (int d = 0; d < m->n_dimensions; d++)
	{
		resetStringInfo(&of_dimension);
		for (int i = 0; i < m->n; i++)
		{
			const CxEvidence *e = &m->evidence[i];

			if (e->dimension != d)
				continue;
			resetStringInfo(&own);
			append_missing(&own, e, next);
			append_missing(&of_dimension, e, next);
			append_missing(&all, e, next);
			put_row(&rows, m->dimension[d], e->name, e->value, e->level, e->level >= next, &own);
		}
		put_row(&rows, m->dimension[d], NULL, NAN, dimension_level[d], dimension_level[d] >= next, &of_dimension);
		CHECK_FOR_INTERRUPTS();
	}
	put_row(&rows, NULL, NULL, NAN, overall, all.len == 0, &all);
	return (Datum) 0;
}

/* ---- evidence ---- */

static void
set_evidence(CxMaturity *m, const char *name, double value)
{
	int			place = cx_maturity_find(m, name);

	if (place < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no rule asks for evidence \"%s\"", name)));
	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("evidence \"%s\" is not a finite number", name)));
	m->evidence[place].value = value;
}

/* Under rules of this extension, or as an argument of ours, a share is a share: 12 is not 12 %. */
static void
check_range(const CxKnownEvidence *known, double value)
{
	if (value >= known->low && value <= known->high)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 isinf(known->high) ? errmsg("evidence \"%s\" is below %g", known->name, known->low) :
			 errmsg("evidence \"%s\" is not a share from 0 to 1", known->name),
			 errdetail("It is %g.", value),
			 known->high == 1.0 && value > 1.0 && value <= 100.0 ?
			 errhint("Write %g %% as %g.", value, value / 100.0) : 0));
}

/* maturity_report(ten figures, rules, method) */
PG_FUNCTION_INFO_V1(maturity_report);
Datum
maturity_report(PG_FUNCTION_ARGS)
{
	bool		own_rules = !PG_ARGISNULL(CX_KNOWN_EVIDENCE);
	bool		weakest = method_arg(fcinfo, CX_KNOWN_EVIDENCE + 1);
	CxMaturity	m = own_rules ? cx_maturity_from_rules(PG_GETARG_JSONB_P(CX_KNOWN_EVIDENCE)) : cx_maturity_default();

	for (int i = 0; i < m.n; i++)
	{
		int			k = 0;

		while (k < CX_KNOWN_EVIDENCE && strcmp(cx_known_evidence[k].name, m.evidence[i].name) != 0)
			k++;
		if (k == CX_KNOWN_EVIDENCE)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("rules ask for evidence \"%s\", which is not an argument", m.evidence[i].name),
					 errhint("Give evidence of your own as one object: maturity_report(evidence => ..., rules => ...).")));
	}
	for (int k = 0; k < CX_KNOWN_EVIDENCE; k++)
	{
		if (PG_ARGISNULL(k))
			continue;
		set_evidence(&m, cx_known_evidence[k].name, PG_GETARG_FLOAT8(k));
		check_range(&cx_known_evidence[k], PG_GETARG_FLOAT8(k));
	}
	return report(fcinfo, &m, weakest);
}

static void
read_evidence(CxMaturity *m, Jsonb *jsonb, bool own_rules)
{
	JsonbIterator *at = JsonbIteratorInit(&jsonb->root);
	JsonbValue	v;

	if (JsonbIteratorNext(&at, &v, true) != WJB_BEGIN_OBJECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("evidence is not an object"),
				 errhint("Write it as {\"response_rate\": 0.2, \"action_days\": 14}.")));
	while (JsonbIteratorNext(&at, &v, true) == WJB_KEY)
	{
		char	   *name = pnstrdup(v.val.string.val, v.val.string.len);
		double		value = NAN;

		(void) JsonbIteratorNext(&at, &v, true);
		if (v.type == jbvBool)
			value = v.val.boolean;
		else if (v.type == jbvNumeric)
			value = cx_maturity_number(&v);
		else if (v.type != jbvNull)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("evidence \"%s\" is not a number", name)));
		/* null is not measured, but a name that nobody asks for is a mistake all the same */
		set_evidence(m, name, v.type == jbvNull ? 0 : value);
		if (v.type == jbvNull)
			m->evidence[cx_maturity_find(m, name)].value = NAN;
		for (int k = 0; k < CX_KNOWN_EVIDENCE && !own_rules && v.type != jbvNull; k++)
			if (strcmp(cx_known_evidence[k].name, name) == 0)
				check_range(&cx_known_evidence[k], value);
		CHECK_FOR_INTERRUPTS();
	}
}

/* maturity_report(evidence, rules, method) */
PG_FUNCTION_INFO_V1(maturity_report_jsonb);
Datum
maturity_report_jsonb(PG_FUNCTION_ARGS)
{
	bool		own_rules = !PG_ARGISNULL(1);
	bool		weakest = method_arg(fcinfo, 2);
	CxMaturity	m = own_rules ? cx_maturity_from_rules(PG_GETARG_JSONB_P(1)) : cx_maturity_default();

	if (!PG_ARGISNULL(0))
		read_evidence(&m, PG_GETARG_JSONB_P(0), own_rules);
	return report(fcinfo, &m, weakest);
}

/* ---- the questionnaire ---- */

static int
points_of(ArrayType *answers)
{
	int			n = ArrayGetNItems(ARR_NDIM(answers), ARR_DIMS(answers));
	const int32 *answer = (const int32 *) ARR_DATA_PTR(answers);
	int			points = 0;

	if (ARR_NDIM(answers) > 1 || n != STATEMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("answers are not those to %d statements", STATEMENTS),
				 errdetail("There are %d of them.", n)));
	if (array_contains_nulls(answers))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an answer is NULL"),
				 errdetail("Points need an answer to each of %d statements.", STATEMENTS)));
	for (int i = 0; i < n; i++)
	{
		if (answer[i] < ANSWER_LOW || answer[i] > ANSWER_HIGH)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("answer %d is off the scale %d..%d", answer[i], ANSWER_LOW, ANSWER_HIGH),
					 errdetail("It is the answer to statement %d.", i + 1)));
		points += answer[i];
	}
	return points;
}

PG_FUNCTION_INFO_V1(maturity_points);
Datum
maturity_points(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(points_of(PG_GETARG_ARRAYTYPE_P(0)));
}

PG_FUNCTION_INFO_V1(maturity_level);
Datum
maturity_level(PG_FUNCTION_ARGS)
{
	int			above = points_of(PG_GETARG_ARRAYTYPE_P(0)) - STATEMENTS * ANSWER_LOW;

	/* the last band has one point more */
	PG_RETURN_INT32(Min(above / BAND + 1, CX_MATURITY_LEVELS));
}

PG_FUNCTION_INFO_V1(maturity_name);
Datum
maturity_name(PG_FUNCTION_ARGS)
{
	int32		level = PG_GETARG_INT32(0);

	if (level < 1 || level > CX_MATURITY_LEVELS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("level %d is off the scale 1..%d", level, CX_MATURITY_LEVELS)));
	PG_RETURN_TEXT_P(cstring_to_text(level_names[level]));
}

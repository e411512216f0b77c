/*-------------------------------------------------------------------------
 *
 * src/behaviour/attribution_read.c
 *	  attribution(), removal_effects(), attribution_report().
 *
 * Markov: journeys are taken for walks of a chain whose next channel depends
 * on the one before only. C holds how often each channel follows each, v how
 * often each is visited. The chance to convert from channel c on, h, solves
 * (diag(v) - C) h = (transitions from c to won), in whole numbers: nothing is
 * lost by dividing first. Without channel c, walks that come there are lost.
 * The share of walks that come there is the ratio of expected visits from the
 * start to expected visits from c, and the expected visits from the start are
 * just those counted, as the chain was counted from these walks; so it is
 * 1 / (paths * G_cc), with G the inverse of the same matrix, and what is lost
 * without c is h_c times that. One factorisation serves all channels.
 *
 * Shapley: the worth of a set of channels is the number of conversions whose
 * paths lie within the set. Such a game is a sum of one unanimity game for
 * each path, of which all the path's channels share equally (Shapley 1953;
 * Zhao, Mahboobi, Bagheri 2018): so credit is exact for any number of channels.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/attribution.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/linear.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define ATTRIBUTION_COLUMNS	4
#define EFFECT_COLUMNS		5
#define REPORT_COLUMNS		9

/* documented limit of the Markov model: 8 MB, and about a second */
#define MAX_CHANNELS		1000

/* Credit by position: each end, and what the touches between share. */
#define END_SHARE			0.4
#define MIDDLE_SHARE		0.2

typedef struct Credit
{
	double		conversions;
	double		value;			/* in millionths; NaN: undefined */
} Credit;

static CxPaths
paths_of(const CxAttribution *a)
{
	CxPaths		paths;

	cx_attribution_paths(a, &paths);
	if (!cx_attribution_sum_up(&paths))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored %s value is damaged", a->stats.type->name)));
	return paths;
}

/* Credit in proportion to the cells of a role. */
static void
add_role(const CxPaths *paths, CxRole role, double (*weight) (CxRole role, uint32 a), Credit *credit)
{
	for (uint32 i = paths->first[role]; i < paths->first[role + 1]; i++)
	{
		const CxCell *cell = &paths->cells[i];
		double		w = weight(role, CX_CELL_A(cell->key));
		Credit	   *c = &credit[CX_CELL_B(cell->key)];

		c->conversions += w * (double) cell->n;
		c->value += w * (double) cell->value;
	}
}

static double
weight_all(CxRole role, uint32 a)
{
	return 1.0;
}

static double
weight_equal(CxRole role, uint32 a)
{
	return 1.0 / a;
}

static double
weight_position(CxRole role, uint32 size)
{
	if (size <= 2)
		return 1.0 / size;
	return role == CX_ROLE_MIDDLE ? MIDDLE_SHARE / (size - 2) : END_SHARE;
}

static void
credit_first(const CxPaths *paths, Credit *credit)
{
	add_role(paths, CX_ROLE_FIRST, weight_all, credit);
}

static void
credit_last(const CxPaths *paths, Credit *credit)
{
	for (uint32 i = paths->first[CX_ROLE_EDGE]; i < paths->first[CX_ROLE_EDGE + 1]; i++)
	{
		const CxCell *cell = &paths->cells[i];
		uint32		from = CX_CELL_A(cell->key);

		if (CX_CELL_B(cell->key) == CX_TO_WON && from != CX_FROM_START)
			credit[from - CX_FROM(0)] = (Credit) {(double) cell->n, (double) cell->value};
	}
}

static void
credit_linear(const CxPaths *paths, Credit *credit)
{
	for (int role = CX_ROLE_FIRST; role <= CX_ROLE_LAST; role++)
		add_role(paths, role, weight_equal, credit);
}

static void
credit_position(const CxPaths *paths, Credit *credit)
{
	for (int role = CX_ROLE_FIRST; role <= CX_ROLE_LAST; role++)
		add_role(paths, role, weight_position, credit);
}

static void
credit_shapley(const CxPaths *paths, Credit *credit)
{
	add_role(paths, CX_ROLE_AMONG, weight_equal, credit);
}

static void
credit_decay(const CxPaths *paths, Credit *credit)
{
	for (uint32 i = paths->first[CX_ROLE_DECAY]; i < paths->first[CX_ROLE_DECAY + 1]; i++)
		credit[CX_CELL_B(paths->cells[i].key)].conversions = (double) paths->cells[i].value / (double) CX_CREDIT;
	for (uint32 i = paths->first[CX_ROLE_DECAY_VALUE]; i < paths->first[CX_ROLE_DECAY_VALUE + 1]; i++)
		credit[CX_CELL_B(paths->cells[i].key)].value = (double) paths->cells[i].value;
}

/* ---- Markov ---- */

typedef struct Chain
{
	double	   *visits;			/* of each channel, in all paths */
	double	   *reach;			/* share of paths that come there */
	double	   *wins;			/* chance to convert from there */
	double	   *worth;			/* value to expect from there, in millionths */
} Chain;

static void
interrupt(void *arg)
{
	CHECK_FOR_INTERRUPTS();
}

static double *
numbers(Size n)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, sizeof(double) * Max(n, 1),
									  MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
}

/*
 * The matrix and the right-hand sides, all in whole numbers. A channel that
 * follows itself changes nothing. What comes to a channel leaves it, so a
 * number on the diagonal is as large as the others of its column together.
 */
static double *
matrix_of(const CxPaths *paths, Chain *chain, double *won, double *value)
{
	Size		n = paths->n_names;
	double	   *matrix = numbers(n * n);

	for (uint32 i = paths->first[CX_ROLE_EDGE]; i < paths->first[CX_ROLE_EDGE + 1]; i++)
	{
		const CxCell *cell = &paths->cells[i];
		uint32		from = CX_CELL_A(cell->key);
		uint32		to = CX_CELL_B(cell->key);

		if (from == CX_FROM_START)
			continue;
		from -= CX_FROM(0);
		chain->visits[from] += (double) cell->n;
		if (to == CX_TO(from))
			continue;
		matrix[from * n + from] += (double) cell->n;
		if (to >= CX_TO(0))
			matrix[from * n + (to - CX_TO(0))] -= (double) cell->n;
		else if (to == CX_TO_WON)
		{
			won[from] = (double) cell->n;
			value[from] = (double) cell->value;
		}
	}
	return matrix;
}

static Chain
solve_chain(const CxPaths *paths)
{
	int			n = (int) paths->n_names;
	Chain		chain = {numbers(n), numbers(n), numbers(n), numbers(n)};
	double	   *won = numbers(n);
	double	   *value = numbers(n);
	double	   *work = numbers(n);
	double	   *matrix;

	if (n > MAX_CHANNELS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the Markov model takes at most %d different names", MAX_CHANNELS),
				 errdetail("There are %d.", n),
				 errhint("Use a coarser grain, or another method.")));
	matrix = matrix_of(paths, &chain, won, value);
	if (!cx_lu_factor(matrix, n, interrupt, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored %s value is damaged", cx_attribution_type.name)));
	cx_lu_solve(matrix, n, won, chain.wins);
	cx_lu_solve(matrix, n, value, chain.worth);
	for (int i = 0; i < n; i++)
	{
		chain.reach[i] = 1.0 / ((double) paths->paths * cx_lu_inverse_diagonal(matrix, n, i, work));
		CHECK_FOR_INTERRUPTS();
	}
	pfree(matrix);
	return chain;
}

static void
credit_markov(const CxPaths *paths, Credit *credit)
{
	Chain		chain = solve_chain(paths);
	double		total = 0.0;
	double		total_value = 0.0;
	bool		any_value = false;

	for (uint32 i = 0; i < paths->n_names; i++)
	{
		credit[i].conversions = chain.reach[i] * chain.wins[i];
		credit[i].value = chain.reach[i] * chain.worth[i];
		total += credit[i].conversions;
		total_value += credit[i].value;
		any_value |= chain.worth[i] != 0.0;
	}
	for (uint32 i = 0; i < paths->n_names; i++)
	{
		credit[i].conversions = total > 0.0 ? credit[i].conversions * (double) paths->won / total : 0.0;
		/* shares of a sum in which gains and losses cancel have no meaning */
		if (any_value)
			credit[i].value = total_value * (double) paths->value > 0.0 ?
				credit[i].value * (double) paths->value / total_value : NAN;
	}
}

/* ---- what SQL sees ---- */

PG_FUNCTION_INFO_V1(attribution);
Datum
attribution(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"first", "last", "linear", "position", "decay", "markov", "shapley", NULL};
	static void (*const credit_by[]) (const CxPaths *, Credit *) =
	{credit_first, credit_last, credit_linear, credit_position, credit_decay, credit_markov, credit_shapley};
	const CxAttribution *a = (CxAttribution *) cx_stats_arg(fcinfo, 0, &cx_attribution_type);
	int			method = cx_check_choice(PG_GETARG_TEXT_PP(1), "method", methods);
	CxPaths		paths = paths_of(a);
	Credit	   *credit = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(Credit) * ((Size) paths.n_names + 1),
													MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	double		all = (double) (paths.won + paths.unattributed);
	CxRows		rows = cx_rows_begin(fcinfo, ATTRIBUTION_COLUMNS);

	credit_by[method] (&paths, credit);
	credit[paths.n_names] = (Credit) {(double) paths.unattributed, (double) paths.unattributed_value};
	for (uint32 i = 0; i < paths.n_names + (paths.unattributed > 0 ? 1 : 0); i++)
	{
		Datum		values[ATTRIBUTION_COLUMNS] = {0};
		bool		nulls[ATTRIBUTION_COLUMNS] = {false};

		nulls[0] = i == paths.n_names;
		if (!nulls[0])
			values[0] = cx_name_datum(paths.names[i]);
		values[1] = Float8GetDatum(credit[i].conversions);
		cx_set_float8(values, nulls, 2, credit[i].value / CX_MICRO);
		cx_set_float8(values, nulls, 3, all > 0.0 ? credit[i].conversions / all : NAN);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(removal_effects);
Datum
removal_effects(PG_FUNCTION_ARGS)
{
	const CxAttribution *a = (CxAttribution *) cx_stats_arg(fcinfo, 0, &cx_attribution_type);
	CxPaths		paths = paths_of(a);
	Chain		chain = solve_chain(&paths);
	double		rate = (double) (paths.won + paths.unattributed) / (double) paths.paths;
	CxRows		rows = cx_rows_begin(fcinfo, EFFECT_COLUMNS);

	for (uint32 i = 0; i < paths.n_names; i++)
	{
		Datum		values[EFFECT_COLUMNS] = {0};
		bool		nulls[EFFECT_COLUMNS] = {false};

		values[0] = cx_name_datum(paths.names[i]);
		values[1] = Int64GetDatum((int64) chain.visits[i]);
		values[2] = Float8GetDatum(Min(chain.reach[i], 1.0));
		values[3] = Float8GetDatum(Min(chain.wins[i], 1.0));
		cx_set_float8(values, nulls, 4, rate > 0.0 ? Min(chain.reach[i] * chain.wins[i] / rate, 1.0) : NAN);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(attribution_report);
Datum
attribution_report(PG_FUNCTION_ARGS)
{
	const CxAttribution *a = (CxAttribution *) cx_stats_arg(fcinfo, 0, &cx_attribution_type);
	CxPaths		paths = paths_of(a);
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	Interval   *half_life = palloc0(sizeof(Interval));
	Datum		values[REPORT_COLUMNS];
	bool		nulls[REPORT_COLUMNS] = {false};

	half_life->time = (TimeOffset) a->half_life;
	values[0] = PointerGetDatum(cstring_to_text_with_len(a->conversion, a->conversion_len));
	values[1] = CStringGetTextDatum(cx_facet_name((CxFacet) a->grain));
	values[2] = IntervalPGetDatum(half_life);
	values[3] = Int64GetDatum(a->journeys);
	values[4] = Int64GetDatum(paths.paths);
	values[5] = Int64GetDatum(paths.won + paths.unattributed);
	values[6] = Int64GetDatum(paths.unattributed);
	values[7] = Float8GetDatum((double) (paths.value + paths.unattributed_value) / CX_MICRO);
	values[8] = Float8GetDatum((double) paths.unattributed_value / CX_MICRO);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

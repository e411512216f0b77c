# cx_analytics: built with PGXS. `make && make install`; tests: `make installcheck`, `make pgtap`, or everything: script/test
EXTENSION   = cx_analytics
EXTVERSION := $(shell sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" $(EXTENSION).control)

MODULE_big  = $(EXTENSION)
OBJS        = $(patsubst %.c,%.o,$(sort $(wildcard src/*/*.c)))
HDRS        = $(wildcard src/*/*.h)
# no fused multiply-add, in bitcode either: a score is the same on every processor
PG_CPPFLAGS = -I$(srcdir)/src -DCX_VERSION='"$(EXTVERSION)"' -ffp-contract=off
SHLIB_LINK  = -lm

# the install script is put together from its rooms at build time and never committed
SQL_MODULES = $(sort $(wildcard sql/modules/*.sql))
# earlier versions can be installed and upgraded from; the one being made is put together even when it has been released
DATA        = $(wildcard sql/upgrade/$(EXTENSION)--*--*.sql) \
    $(filter-out %--$(EXTVERSION).sql,$(wildcard sql/released/$(EXTENSION)--*.sql))
DATA_built  = sql/$(EXTENSION)--$(EXTVERSION).sql

# pg_regress reads test/sql/*.sql (--inputdir) and compares with ./expected/*.out
TESTS        = $(sort $(notdir $(basename $(wildcard test/sql/*.sql))))
TESTS_PG16   = $(filter %_16,$(TESTS))
REGRESS      = install $(filter-out install $(TESTS_PG16),$(TESTS))
REGRESS_OPTS = --inputdir=test

# sessions side by side: test/isolation/specs/*.spec, compared with test/isolation/expected/*.out;
# differences are told where pg_regress tells them
ISOLATION      = $(sort $(notdir $(basename $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation --outputdir=. --load-extension=$(EXTENSION)

# pg_regress prefers ./sql/NAME.sql to test/sql/NAME.sql: refuse the collision
SHADOWED := $(filter $(notdir $(wildcard sql/*.sql)),$(notdir $(wildcard test/sql/*.sql)))
ifneq ($(SHADOWED),)
$(error sql/ would shadow test/sql/ in pg_regress: $(SHADOWED))
endif

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

ifeq ($(shell test $(VERSION_NUM) -ge 160000 && echo yes),yes)
REGRESS += $(TESTS_PG16)
endif

# PGXS tracks no headers; without the .bc part, JIT would inline bitcode with an old struct layout
$(OBJS) $(OBJS:.o=.bc): $(HDRS)
src/core/module.o src/core/module.bc: $(EXTENSION).control

$(DATA_built): $(SQL_MODULES) $(EXTENSION).control
	cat $(SQL_MODULES) > $@

.PHONY: pgtap
pgtap:
	pg_prove -r --ext .sql -d $(CONTRIB_TESTDB) $(if $(PGTAP_TESTS),$(PGTAP_TESTS),test/pgtap)

print-%: ; @echo '$*=$($*)'

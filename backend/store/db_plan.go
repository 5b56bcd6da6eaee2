package store

/*
typedef struct sqlite3 sqlite3;
int sqlite3_db_config(sqlite3*, int op, ...);
int sqlite3_auto_extension(void (*entry)(void));

static int stable_plans(sqlite3 *db, const char **message, const void *api) {
	int on = 0;
	int rc = sqlite3_db_config(db, 1007, 1, &on); // SQLITE_DBCONFIG_ENABLE_QPSG
	return rc == 0 && !on ? 1 : rc;
}

static int all_with_stable_plans(void) { return sqlite3_auto_extension((void (*)(void))stable_plans); }
*/
import "C"

// Every connection plans its statements without looking at the values bound to them. SQLite since 3.48 otherwise looks
// at them in nearly every statement with a join, a range or a LIMIT, and then plans such a statement anew each time it
// runs, which costs several times what running it does. (The driver has no switch for this, but every connection that
// SQLite opens passes here.)
func init() {
	if rc := C.all_with_stable_plans(); rc != 0 {
		panic("store: SQLite takes no settings for its connections")
	}
}

"""One file a revision, in the order of their numbers; a later one never changes an earlier one."""

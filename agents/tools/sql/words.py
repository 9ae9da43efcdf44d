"""What a statement may be made of. Whatever is not named here is refused, so that a function or a piece of syntax of
which nobody has thought opens nothing."""

# Functions of PostgreSQL that only compute on what they are given: they read no file, no setting and no catalogue, run
# no SQL out of a text, wait for nothing, and make no large values out of small ones.
_FUNCTIONS = """
    abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log10 power mod div degrees radians pi
    sin cos tan asin acos atan atan2 width_bucket greatest least gcd lcm
    length char_length character_length octet_length lower upper initcap trim btrim ltrim rtrim left right
    substring substr position strpos replace translate split_part reverse concat concat_ws chr ascii starts_with
    regexp_replace regexp_match regexp_matches regexp_substr regexp_count regexp_like regexp_split_to_array overlay
    to_char to_number to_date to_timestamp md5 quote_literal string_to_array array_to_string
    coalesce nullif cast
    count sum avg min max stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp
    regr_slope regr_intercept regr_r2 bool_and bool_or every mode percentile_cont percentile_disc grouping
    string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg
    row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
    now current_timestamp current_date current_time localtimestamp localtime statement_timestamp transaction_timestamp
    clock_timestamp date_trunc date_part date_bin extract age make_date make_time make_timestamp make_interval
    justify_days justify_hours justify_interval isfinite timezone
    array_length array_position array_positions array_remove array_append array_cat cardinality unnest generate_series
    json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text json_array_length
    jsonb_array_length json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text
    json_object_keys jsonb_object_keys json_typeof jsonb_typeof json_build_object jsonb_build_object
    json_build_array jsonb_build_array to_json to_jsonb row_to_json
"""

# Classes of sqlglot that are syntax. Functions are not among them: they go by their names.
_SYNTAX = """
    Select Union Except Intersect Subquery With CTE From Join Where Group Having Order Ordered Limit Offset Fetch
    LimitOptions Distinct Column Identifier Table TableAlias Alias Aliases Star Literal Boolean Null Paren Tuple
    Lateral Unnest Values Window WindowSpec WindowSpecEnd Filter WithinGroup Rollup Cube GroupingSets Var
    Add Sub Mul Div Mod Neg IntDiv DPipe BitwiseAnd BitwiseOr BitwiseXor BitwiseNot BitwiseLeftShift BitwiseRightShift
    EQ NEQ LT LTE GT GTE Is Not And Or Xor NullSafeEQ NullSafeNEQ Between In Any All Exists Like ILike SimilarTo Escape
    RegexpLike RegexpILike Glob Collate Interval IntervalSpan AtTimeZone
    Case If Cast TryCast DataType DataTypeParam Array Bracket Slice
    ArrayContainsAll ArrayContainedBy ArrayContains ArrayOverlaps Overlaps JSONBContains
    JSONExtract JSONExtractScalar JSONBExtract JSONBExtractScalar JSONPath JSONPathKey JSONPathRoot JSONPathSubscript
"""

# Types that a value may be cast to, by sqlglot's names. Not among them: types of the database's own, and those that
# look names up in its catalogue (regclass and its kin).
_TYPES = """
    BIGINT INT SMALLINT TINYINT DECIMAL FLOAT DOUBLE MONEY BOOLEAN TEXT VARCHAR CHAR NCHAR NVARCHAR BPCHAR
    DATE TIME TIMETZ TIMESTAMP TIMESTAMPTZ TIMESTAMPNTZ TIMESTAMPLTZ INTERVAL UUID JSON JSONB ARRAY INET CIDR
"""

FUNCTIONS = frozenset(_FUNCTIONS.split())
SYNTAX = frozenset(_SYNTAX.split())
TYPES = frozenset(_TYPES.split())

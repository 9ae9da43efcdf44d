select employee, sum(days) from leave group by employee having sum(days) > 3 order by 2 desc nulls last limit 5
;;
select l.employee from hr.leave l join hr.employee t on t.a = l.id where l.starts between date '2026-01-01' and now() and l.employee ilike '%王%'
;;
with x as (select * from hr.leave), y as (select employee, row_number() over (partition by employee order by days rows between 1 preceding and current row) n from x) select * from y where n = 1
;;
with recursive r as (select 1 as n union all select n+1 from r where n<10) select * from r
;;
select date_trunc('month', starts) m, extract(year from starts), count(distinct employee) filter (where days > 1), string_agg(employee, ',' order by employee), percentile_cont(0.5) within group (order by days) from leave group by rollup (1) order by m
;;
select coalesce(a,1), nullif(a,b), a::numeric(10,2), b->>'c', b#>>'{a,b}', a || 'x', array[1,2], a = any(array[1]), a in (1,2), a not in (select id from leave), exists(select 1 from leave), case when a > 1 then 'x' else 'y' end, not a is null, a is not distinct from b, position('a' in 'b'), substring('abc' from 1 for 2), trim(both ' ' from b), starts at time zone 'Asia/Taipei' from hr.employee t, leave
;;
select * from generate_series(1,10) as g(n)
;;
select current_date - starts, current_timestamp, to_char(starts,'YYYY-MM'), age(starts), starts + interval '1 day', starts::date, a ~ 'x', a ~* 'y', round(a, 2), greatest(a,b), concat(a,b), lower(b), length(b) from leave, hr.employee t
;;
(select a from hr.employee t) union all (select id from leave) order by 1
;;
select "days" from "hr"."leave" fetch first 3 rows only
;;
select * from leave, lateral (select sum(days) s from hr.leave i where i.id = leave.id) x
;;
select unnest(string_to_array(employee, ' ')) from leave
;;
select e.x from jsonb_array_elements('[1]'::jsonb) as e(x)
;;
select hr.leave.days from hr.leave
;;
select count(*) from leave natural join hr.employee
;;
select * from leave where extract(dow from starts) in (0, 6) and starts >= current_date - interval '30 days' and date_part('year', starts) = 2026
;;
select days, lag(days) over w from leave window w as (partition by employee order by starts)
;;
select mod(a,2), a % 2, power(a,2), a ^ 2, sqrt(a), |/ a from hr.employee t
;;
select stddev(a), variance(a), corr(a,b), every(a>1), bool_and(a>1), mode() within group (order by a), json_agg(a), jsonb_build_object('a', a), array_agg(a), array_length(b,1), split_part(a,'-',1), left(a,2), right(a,2), ltrim(a), md5(a), to_date(a,'YYYY'), regexp_replace(a,'x','y','g'), initcap(a), reverse(a), concat_ws('-', a, b), floor(a), ceil(a), abs(a), ln(a), exp(a), log(a), trunc(a), sign(a), row_to_json(t), to_jsonb(t), json_array_length(a), least(a,b), lead(a) over (), first_value(a) over (), ntile(4) over (order by a), make_date(2020,1,1), now(), date_bin('1 day', a, b) from hr.employee t

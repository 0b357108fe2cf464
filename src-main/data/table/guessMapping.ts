import type { TableGuess } from '../../../src-shared/dataset.ts';
import { guessTimeFormat } from './times.ts';

/** Names by which columns are usually called, without case and punctuation; the first that occurs counts. */
const NAMES = {
  user: 'userid,user,uid,reviewerid,reviewer,customerid,customer,memberid,visitorid,accountid,authorid,personid,username,usersha1',
  item: 'itemid,item,iid,movieid,movie,parentasin,asin,productid,product,gmapid,placeid,businessid,bookid,isbn,trackid,songid,artistid,videoid,articleid,newsid,contentid,gameid,recipeid,animeid,sku',
  time: 'timestamp,time,unixreviewtime,unixtime,datetime,date,ts,eventtime,createdat,created,reviewtime,reviewdate,ratingtime,ratedat,datesubmitted',
  rating: 'rating,ratings,stars,star,overall,score,rate,ratingvalue,starrating,reviewscore,userscore',
  category: 'category,categories,genre,genres,maincategory,maincat,department,itemcategory,categoryid,productcategory',
  title: 'title,itemtitle,movietitle,productname,producttitle,itemname,moviename,trackname,songname,booktitle,businessname,placename,name',
  summary: 'summary,reviewtitle,reviewsummary,headline',
  review: 'reviewtext,review,text,comment,comments,reviewbody,body,content',
};
const SEPARATORS = ['|', ';'];
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * Which column is what, by names first and by content where names tell nothing (files without a header).
 * @param rows some rows: [rows][columns]; more tell more
 */
export function guessMapping(columns: readonly string[], rows: readonly (readonly string[])[]): TableGuess {
  const free = new Set(columns);
  const take = (names: string, fits: (column: string) => boolean = () => true) => takeNamed(free, names, fits);
  const valuesOf = (column: string | null) => (column === null ? [] : rows.map((row) => row[columns.indexOf(column)] ?? ''));
  let user = take(NAMES.user);
  let item = take(NAMES.item);
  const time = take(NAMES.time, (column) => guessTimeFormat(valuesOf(column)) !== null) ?? takeTime(free, valuesOf);
  const rating = take(NAMES.rating, (column) => isNumeric(valuesOf(column))) ?? takeRating(free, valuesOf, columns);
  const category = take(NAMES.category);
  const title = take(NAMES.title);
  const texts = [take(NAMES.summary), take(NAMES.review)].filter((column) => column !== null);
  if (columns.every((column) => /^column \d+$/.test(column))) [user, item] = [...free].slice(0, 2) as [string, string];
  return {
    user: user ?? null,
    item: item ?? null,
    time,
    timeFormat: guessTimeFormat(valuesOf(time)),
    rating,
    category,
    categorySeparator: SEPARATORS.find((separator) => valuesOf(category).some((value) => value.includes(separator))) ?? null,
    title,
    texts,
    features: [],
  };
}

function takeNamed(free: Set<string>, names: string, fits: (column: string) => boolean): string | null {
  const plain = (column: string) => column.toLowerCase().replace(/[^a-z0-9]/g, '');
  for (const name of names.split(',')) {
    const found = [...free].find((column) => plain(column) === name && fits(column));
    if (found === undefined) continue;
    free.delete(found);
    return found;
  }
  return null;
}

/** A column of numbers or dates that are times. */
function takeTime(free: Set<string>, valuesOf: (column: string) => string[]): string | null {
  const found = [...free].find((column) => guessTimeFormat(valuesOf(column)) !== null && new Set(valuesOf(column)).size > 1);
  if (found === undefined) return null;
  free.delete(found);
  return found;
}

/** In a file without a header: a column of few small numbers, after the first two. */
function takeRating(free: Set<string>, valuesOf: (column: string) => string[], columns: readonly string[]): string | null {
  if (!columns.every((column) => /^column \d+$/.test(column))) return null;
  const found = columns.slice(2).find((column) => {
    const values = valuesOf(column);
    return (
      free.has(column) &&
      isNumeric(values) &&
      new Set(values).size <= 11 &&
      values.every((value) => Number(value) >= 0 && Number(value) <= 10)
    );
  });
  if (found === undefined) return null;
  free.delete(found);
  return found;
}

function isNumeric(values: readonly string[]): boolean {
  const given = values.filter((value) => value !== '');
  return given.length > 0 && given.filter((value) => NUMBER.test(value)).length >= 0.8 * given.length;
}

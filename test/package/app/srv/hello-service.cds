@requires: 'authenticated-user'
service HelloService {
  function hello() returns String;
}
